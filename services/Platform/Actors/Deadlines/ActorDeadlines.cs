using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Microsoft.EntityFrameworkCore;

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
    public static DateTimeOffset? Collect(ServiceDb db, ActorKinds kinds, WriteSet set)
    {
        var shape = RowShape.Of(db.Model.FindEntityType(typeof(DeadlineRow))!);
        DateTimeOffset? earliest = null;
        // What changed was looked for a moment ago, for the writes themselves.
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var entry in db.ChangeTracker.Entries<IActorRow>())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified) || kinds.Of(db.Service, entry.Metadata.ClrType) is not { } kind) continue;
            var before = entry.State is EntityState.Added ? null : kind.Deadline((IActorRow)entry.OriginalValues.ToObject());
            var after = kind.Deadline(entry.Entity);
            if (before == after) continue;
            set.Rows.Add(after is { } due
                ? shape.UpsertOf(new DeadlineRow { ActorType = kind.Type, ActorId = entry.Entity.Id, DueTime = due, NextTime = due, Tries = 0 })
                : shape.ForgetOf(kind.Type, entry.Entity.Id));
            earliest = Earlier(earliest, after);
        }

        db.ChangeTracker.AutoDetectChangesEnabled = true;
        return earliest;
    }

    /// <summary>The earlier of two instants, where there are any.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
