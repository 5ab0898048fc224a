using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging;

/// <summary>Removes what was kept long enough: inbox rows, answers of calls. Facts are kept as records are, and never removed here.</summary>
static class MessagePurge
{
    // Small statements, so that no lock is held long and no log grows at once.
    const int RowsMax = 500;
    const int RoundsMax = 20;

    /// <summary>Removes old rows.</summary>
    /// <returns>True when there is more to remove than one call does.</returns>
    public static async Task<bool> RunAsync(ServiceDb db, MessagingOptions options, CancellationToken cancel)
    {
        if (await IsHeldAsync(db, cancel)) return false;
        var now = db.Now;
        for (var round = 0; round < RoundsMax; round++)
        {
            var removed = await InboxAsync(db, now - options.KeepInbox, cancel);
            removed += await RequestsAsync(db, now - options.KeepRequests, cancel);
            if (removed == 0) return false;
        }

        return true;
    }

    /// <summary>True when a legal hold covers the service as a whole, and with it its messages.</summary>
    public static Task<bool> IsHeldAsync(ServiceDb db, CancellationToken cancel) => db.LegalHolds.AnyAsync(h => h.Entity == "" && h.LiftTime == null, cancel);

    // Never above a cursor; and of each publisher the last row that is old enough stays, to show that there were others: who looks there for where
    // two logs parted has come to the end of what is known.
    static async Task<int> InboxAsync(ServiceDb db, DateTimeOffset before, CancellationToken cancel)
    {
        var removed = await RemoveAsync("", long.MaxValue);
        foreach (var read in await db.Cursors.GroupBy(c => c.Publisher).Select(g => new { Publisher = g.Key, Position = g.Min(c => c.Position) }).ToListAsync(cancel))
        {
            var last = await db.Inbox.Where(r => r.Publisher == read.Publisher && r.Time < before && r.Position <= read.Position).MaxAsync(r => (long?)r.Position, cancel);
            if (last is { } anchor) removed += await RemoveAsync(read.Publisher, anchor);
        }

        return removed;

        async Task<int> RemoveAsync(string publisher, long below)
        {
            var old = await db.Inbox.Where(r => r.Publisher == publisher && r.Time < before && r.Position < below).OrderBy(r => r.Position).Select(r => r.FactId).Distinct().Take(RowsMax).ToListAsync(cancel);
            return old is [] ? 0 : await db.WriteAsync(() => db.Inbox.Where(r => old.Contains(r.FactId)).ExecuteDeleteAsync(cancel), cancel);
        }
    }

    static async Task<int> RequestsAsync(ServiceDb db, DateTimeOffset before, CancellationToken cancel)
    {
        var old = await db.Requests.Where(r => r.Time < before).OrderBy(r => r.Time).Select(r => (DateTimeOffset?)r.Time).Take(RowsMax).MaxAsync(cancel);
        return old is not { } last ? 0 : await db.WriteAsync(() => db.Requests.Where(r => r.Time <= last).ExecuteDeleteAsync(cancel), cancel);
    }
}
