using Doseline.Platform.Data;
using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Actors.Deadlines;

/// <summary>
/// Deadlines that follow from what is about to be saved, one row an actor. They are the difference that a save makes to
/// <see cref="ActorKind.Deadline"/>, whoever makes it, so that none is forgotten to be set, moved or removed; written without looking first what is
/// there.
/// </summary>
static class ActorDeadlines
{
    /// <summary>Adds what changed rows say before and after to a set.</summary>
    /// <returns>The earliest deadline among them; null when none was set.</returns>
    public static DateTimeOffset? Collect(ServiceDb db, ActorKinds kinds, IEnumerable<Held> changed, WriteSet set)
    {
        var shape = db.ShapeOf(typeof(DeadlineRow));
        DateTimeOffset? earliest = null;
        foreach (var held in changed)
        {
            if (held.Row is not IActorRow row || kinds.Of(db.Service, row.GetType()) is not { } kind) continue;
            var before = held.Read is { } read ? kind.Deadline((IActorRow)held.Shape.Make(read)) : null;
            var after = kind.Deadline(row);
            if (before == after) continue;
            set.Rows.Add(after is { } due
                ? shape.UpsertOf(new DeadlineRow { ActorType = kind.Type, ActorId = row.Id, DueTime = due, NextTime = due, Tries = 0 })
                : shape.ForgetOf(kind.Type, row.Id));
            earliest = Earlier(earliest, after);
        }

        return earliest;
    }

    /// <summary>The earlier of two instants, where there are any.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
