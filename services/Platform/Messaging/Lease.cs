using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging;

/// <summary>This replica's claim on a job that one replica does at a time: a row that is renewed while the job is done and runs out when its holder dies.</summary>
/// <remarks>
/// Two holders at once, after a stopped clock or a long pause, cost duplicates and nothing else: a relay publishes in order, so whatever
/// the interleaving, the first copy of a fact comes before the first copy of the next, and inboxes drop the others.
/// </remarks>
sealed class Lease(string name, string holder, TimeSpan length)
{
    DateTimeOffset until = DateTimeOffset.MinValue;

    /// <summary>True while the claim is surely held and need not be renewed.</summary>
    public bool IsHeld(DateTimeOffset now) => until - now > length / 2;

    /// <summary>Takes or renews the claim.</summary>
    /// <returns>How long it is surely held from now; null when another replica holds it.</returns>
    public async Task<TimeSpan?> TakeAsync(ServiceDb db, CancellationToken cancel)
    {
        var now = db.Now;
        // Half of its length is left for the round: renewing at every round would write more than the work itself.
        if (IsHeld(now)) return until - now;

        var next = now + length;
        var held = await db.WriteAsync(() => db.Leases
            .Where(l => l.Name == name && (l.Holder == holder || l.UntilTime <= now))
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.Holder, holder).SetProperty(l => l.UntilTime, next), cancel), cancel);
        if (held == 0)
        {
            held = await db.WriteAsync(() => db.Database.ExecuteSqlAsync(
                $"INSERT INTO leases (name, holder, until_time) VALUES ({name}, {holder}, {next.UtcTicks}) ON CONFLICT (name) DO NOTHING", cancel), cancel);
        }

        until = held > 0 ? next : DateTimeOffset.MinValue;
        return held > 0 ? length : null;
    }

    /// <summary>Gives the claim back, so that another replica need not wait for it to run out.</summary>
    public async Task ReleaseAsync(ServiceDb db, CancellationToken cancel)
    {
        until = DateTimeOffset.MinValue;
        await db.WriteAsync(() => db.Leases.Where(l => l.Name == name && l.Holder == holder).ExecuteDeleteAsync(cancel), cancel);
    }
}

/// <summary>Name of this replica in leases; one for the whole process.</summary>
/// <param name="Holder">Unlike any other replica's.</param>
public sealed record Replica(string Holder);
