using Doseline.Platform.Actors;
using Doseline.Platform.Data.Writing;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Doseline.Platform.Data;

/// <summary>Deadlines that are set, moved or forgotten with the next save, without looking first what is there.</summary>
/// <remarks>A dose sets five deadlines in the turn that plans it: tracked as rows, each would be read before it is written.</remarks>
sealed class PendingReminders
{
    readonly Dictionary<(string Type, string Id, string Name), DateTimeOffset?> changes = [];
    readonly List<ReminderWake> wakes = [];

    /// <summary>Deadlines that were written, not the forgotten ones.</summary>
    public IReadOnlyList<ReminderWake> Wakes => wakes;

    /// <summary>Sets or moves a deadline; null forgets it. The last word counts.</summary>
    public void Set(string type, string id, string name, DateTimeOffset? due) => changes[(type, id, name)] = due;

    /// <summary>True when a written deadline falls before an instant.</summary>
    public bool AnyBefore(DateTimeOffset instant) => wakes.Exists(w => w.Due < instant);

    /// <summary>Adds what waits to a set.</summary>
    public void Collect(IModel model, WriteSet set)
    {
        var shape = RowShape.Of(model.FindEntityType(typeof(ReminderRow))!);
        foreach (var ((type, id, name), due) in changes)
        {
            set.Rows.Add(due is { } at
                ? shape.UpsertOf(new ReminderRow { ActorType = type, ActorId = id, Name = name, DueTime = at, NextTime = at, Tries = 0 })
                : shape.ForgetOf(type, id, name));
        }
    }

    /// <summary>What was collected is saved.</summary>
    public void Collected()
    {
        foreach (var ((type, id, name), due) in changes)
            if (due is { } at) wakes.Add(new ReminderWake(type, id, name, at));
        changes.Clear();
    }
}
