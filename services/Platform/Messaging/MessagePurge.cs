using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging;

/// <summary>Removes what was kept long enough: sent facts, inbox rows, answers of calls. Never a fact that was not sent.</summary>
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
            var removed = await OutboxAsync(db, now - options.KeepSent, cancel);
            removed += await InboxAsync(db, now - options.KeepInbox, cancel);
            removed += await RequestsAsync(db, now - options.KeepRequests, cancel);
            if (removed == 0) return false;
        }

        return true;
    }

    /// <summary>True when a legal hold covers the service as a whole, and with it its messages.</summary>
    public static Task<bool> IsHeldAsync(ServiceDb db, CancellationToken cancel) => db.LegalHolds.AnyAsync(h => h.Entity == "" && h.LiftTime == null, cancel);

    static async Task<int> OutboxAsync(ServiceDb db, DateTimeOffset before, CancellationToken cancel)
    {
        var old = await db.Outbox.Where(r => r.SentTime != null && r.SentTime < before).OrderBy(r => r.SentTime).Select(r => r.Seq).Take(RowsMax).ToListAsync(cancel);
        return old is [] ? 0 : await db.WriteAsync(() => db.Outbox.Where(r => old.Contains(r.Seq)).ExecuteDeleteAsync(cancel), cancel);
    }

    static async Task<int> InboxAsync(ServiceDb db, DateTimeOffset before, CancellationToken cancel)
    {
        var old = await db.Inbox.Where(r => r.Time < before).OrderBy(r => r.Time).Select(r => (DateTimeOffset?)r.Time).Take(RowsMax).MaxAsync(cancel);
        return old is not { } last ? 0 : await db.WriteAsync(() => db.Inbox.Where(r => r.Time <= last).ExecuteDeleteAsync(cancel), cancel);
    }

    static async Task<int> RequestsAsync(ServiceDb db, DateTimeOffset before, CancellationToken cancel)
    {
        var old = await db.Requests.Where(r => r.Time < before).OrderBy(r => r.Time).Select(r => (DateTimeOffset?)r.Time).Take(RowsMax).MaxAsync(cancel);
        return old is not { } last ? 0 : await db.WriteAsync(() => db.Requests.Where(r => r.Time <= last).ExecuteDeleteAsync(cancel), cancel);
    }
}
