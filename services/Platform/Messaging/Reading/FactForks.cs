using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>Finds the way on when a publisher's log is not the one that was read: it was restored, or a standby that lacked the last commits took over.</summary>
public sealed class FactForks(IFactSource source, MessagingOptions options, MessagingMeter meter, ILogger<FactForks> log)
{
    const int RowsMax = 500;

    // The audit row of a change and the inbox row of its fact are of one save; an actor's turn, or a clock that stands still, sets them a little apart.
    static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Walks the inbox back to the last fact that both know, and reads on from there; what was handled of the lost ones is kept for a person, with what each
    /// had changed.
    /// </summary>
    /// <returns>False where the inbox does not reach back so far: then nothing moves, and an alarm says so.</returns>
    internal async Task<bool> GoBackAsync(ServiceDb db, Lease lease, string service, string publisher, LogPlace from, CancellationToken cancel)
    {
        var found = await LastCommonAsync(db, service, publisher, from.Position, cancel);
        meter.Fork(service, publisher, standsStill: found is null);
        if (found is not { } common)
        {
            log.LogCritical("The log of {Publisher} is not the one {Service} has read up to {Position}, and its inbox does not reach back to where they part", publisher, service, from.Position);
            return false;
        }

        var lost = await LostAsync(db, publisher, common.Position, cancel);
        foreach (var orphan in lost) await OrphanAsync(db, publisher, orphan, cancel);
        await ReleaseKeysAsync(db, publisher, common.Position, cancel);
        var (waiting, cursors) = await db.LoadAsync(db.All<WaitingRow>(nameof(WaitingRow.Publisher), publisher), db.All<CursorRow>(nameof(CursorRow.Publisher), publisher), cancel);
        foreach (var wait in waiting.Where(w => w.Position > common.Position && w is { ResolvedTime: null, State: not WaitState.Orphaned }))
            (wait.State, wait.NextTime, wait.Reason) = (WaitState.Orphaned, null, FactWaits.Cut($"Its publisher lost it, and it had not been handled: {wait.Reason}"));
        foreach (var cursor in cursors.Where(c => c.Position > common.Position)) (cursor.Position, cursor.FactId) = (common.Position, common.FactId);
        lease.Require(db);
        await db.SaveChangesAsync(cancel);
        log.LogCritical("The log of {Publisher} was set back: {Service} reads on from {Position}, and {Count} facts that it had handled are orphans", publisher, service, common.Position, lost.Count);
        return true;
    }

    // Handled facts of the publisher, the latest first; those known to be orphans tell nothing of the log as it is.
    static IQueryable<InboxRow> Handled(ServiceDb db, string publisher) => db.Inbox.AsNoTracking()
        .Where(r => r.Publisher == publisher && r.Position > 0 && !db.Waiting.Any(w => w.FactId == r.FactId && w.State == WaitState.Orphaned));

    async Task<LogPlace?> LastCommonAsync(ServiceDb db, string service, string publisher, long below, CancellationToken cancel)
    {
        var oldest = DateTimeOffset.MaxValue;
        for (var before = below + 1; ;)
        {
            var rows = await Handled(db, publisher).Where(r => r.Position < before).OrderByDescending(r => r.Position).Take(RowsMax).ToListAsync(cancel);
            if (rows is []) return oldest > db.Now - options.KeepInbox ? LogPlace.Beginning : null;
            (before, oldest) = (rows[^1].Position, rows.Min(r => r.Time));
            if (!await IsKnownAsync(service, publisher, rows[^1], cancel)) continue;
            // Up to where the logs parted every fact is known, after it none.
            var (known, unknown) = (rows.Count - 1, -1);
            while (known - unknown > 1)
            {
                var middle = (known + unknown) / 2;
                if (await IsKnownAsync(service, publisher, rows[middle], cancel)) known = middle;
                else unknown = middle;
            }

            return new LogPlace(rows[known].Position, rows[known].FactId);
        }
    }

    async Task<bool> IsKnownAsync(string service, string publisher, InboxRow row, CancellationToken cancel) =>
        !(await source.ReadAsync(service, publisher, new LogPlace(row.Position, row.FactId), [], null, cancel)).Forked;

    static async Task<List<InboxRow>> LostAsync(ServiceDb db, string publisher, long after, CancellationToken cancel) =>
        [.. (await Handled(db, publisher).Where(r => r.Position > after).OrderBy(r => r.Position).ToListAsync(cancel)).DistinctBy(r => r.FactId, StringComparer.Ordinal)];

    // What its publisher has forgotten it may do again, and then that is told under the same key.
    static async Task ReleaseKeysAsync(ServiceDb db, string publisher, long after, CancellationToken cancel)
    {
        foreach (var row in await db.Inbox.Where(r => r.Publisher == publisher && r.Position > after && r.Key != null).ToListAsync(cancel)) row.Key = null;
    }

    static async Task OrphanAsync(ServiceDb db, string publisher, InboxRow row, CancellationToken cancel)
    {
        var (from, to) = (row.Time - Apart, row.Time + Apart);
        var changed = await db.AuditTrail.Where(a => a.Time >= from && a.Time <= to && a.CausationId == row.FactId).Select(a => a.Entity + "/" + a.EntityId).Distinct().Order().ToListAsync(cancel);
        if (await db.LoadAsync<WaitingRow>(cancel, row.FactId) is not null) return;
        db.Put(new WaitingRow
        {
            FactId = row.FactId, Publisher = publisher, Position = row.Position, Type = "", Keys = "[]", Envelope = "", State = WaitState.Orphaned, Tries = 0, Build = "", Time = db.Now,
            Reason = FactWaits.Cut(changed is [] ? "Its publisher lost it; it had changed no record here." : $"Its publisher lost it; it had changed {string.Join(", ", changed)}."),
        });
    }
}
