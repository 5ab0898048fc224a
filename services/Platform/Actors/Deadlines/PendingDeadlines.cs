using System.Globalization;
using System.Text;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Doseline.Platform.Actors.Deadlines;

/// <summary>
/// Deadlines that follow from what is about to be saved, one row an actor. They are the difference that a save makes to
/// <see cref="ActorKind.Deadline"/>, whoever makes it, so that none is forgotten to be set, moved or removed; written in one statement and
/// without looking first what is there.
/// </summary>
sealed class PendingDeadlines
{
    readonly Dictionary<(string Type, string Id), DateTimeOffset?> changes = [];

    /// <summary>True when something waits to be written.</summary>
    public bool Any => changes.Count > 0;

    /// <summary>The earliest deadline that was written since the last commit; null when there was none.</summary>
    public DateTimeOffset? Earliest { get; private set; }

    /// <summary>Compares what changed rows say before and after.</summary>
    public void Collect(ServiceDb db, ActorKinds kinds)
    {
        // What changed was looked for a moment ago, for the audit trail.
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var entry in db.ChangeTracker.Entries<IActorRow>())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified) || kinds.Of(db.Service, entry.Metadata.ClrType) is not { } kind) continue;
            var before = entry.State is EntityState.Added ? null : kind.Deadline((IActorRow)entry.OriginalValues.ToObject());
            var after = kind.Deadline(entry.Entity);
            if (before != after) changes[(kind.Type, entry.Entity.Id)] = after;
        }

        db.ChangeTracker.AutoDetectChangesEnabled = true;
    }

    /// <summary>Writes what waits, in the transaction at hand.</summary>
    public async Task WriteAsync(DatabaseFacade database, CancellationToken cancel)
    {
        StringBuilder sql = new();
        List<object> values = [];
        foreach (var (actor, _) in changes.Where(c => c.Value is null))
            sql.Append(CultureInfo.InvariantCulture, $"DELETE FROM deadlines WHERE actor_type = {Next(actor.Type)} AND actor_id = {Next(actor.Id)};\n");

        var set = changes.Where(c => c.Value is not null).Select(c => (Actor: c.Key, Due: c.Value!.Value)).ToList();
        if (set is not [])
        {
            sql.Append("INSERT INTO deadlines (actor_type, actor_id, due_time, next_time, tries) VALUES ");
            sql.AppendJoin(", ", set.Select(c =>
            {
                var due = Next(c.Due.UtcTicks);
                return $"({Next(c.Actor.Type)}, {Next(c.Actor.Id)}, {due}, {due}, 0)";
            }));
            sql.Append(" ON CONFLICT (actor_type, actor_id) DO UPDATE SET due_time = excluded.due_time, next_time = excluded.next_time, tries = 0");
            var earliest = set.Min(c => c.Due);
            if (Earliest is null || earliest < Earliest) Earliest = earliest;
        }

        await database.ExecuteSqlRawAsync(sql.ToString(), values, cancel);
        changes.Clear();

        // Values travel as parameters; the text holds their places only.
        string Next(object value)
        {
            values.Add(value);
            return $"{{{values.Count - 1}}}";
        }
    }

    /// <summary>Forgets everything: the changes were committed, or are somebody else's.</summary>
    public void Clear()
    {
        changes.Clear();
        Earliest = null;
    }
}
