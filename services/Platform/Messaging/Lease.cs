using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging;

/// <summary>This replica's claim on a job that one replica does at a time: a row that is renewed while the job is done and runs out when its holder dies.</summary>
/// <remarks>
/// Each taking has a number, higher than the one before: what must not be done by a holder that lost its claim in a long pause asks for that
/// number in the transaction that does it (<see cref="RequireAsync"/>).
/// </remarks>
sealed class Lease(string name, string holder, TimeSpan length)
{
    DateTimeOffset until = DateTimeOffset.MinValue;
    long number;

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
        var row = await db.Leases.AsNoTracking().FirstOrDefaultAsync(l => l.Name == name, cancel);
        var taken = row is null
            ? await db.WriteAsync(() => db.Database.ExecuteSqlAsync(
                $"INSERT INTO leases (name, holder, until_time, number) VALUES ({name}, {holder}, {next.UtcTicks}, 1) ON CONFLICT (name) DO NOTHING", cancel), cancel)
            : row.Holder != holder && row.UntilTime > now ? 0
            : await db.WriteAsync(() => db.Leases.Where(l => l.Name == name && l.Number == row.Number).ExecuteUpdateAsync(
                set => set.SetProperty(l => l.Holder, holder).SetProperty(l => l.UntilTime, next).SetProperty(l => l.Number, row.Number + 1), cancel), cancel);
        (until, number) = taken > 0 ? (next, (row?.Number ?? 0) + 1) : (DateTimeOffset.MinValue, 0);
        return taken > 0 ? length : null;
    }

    /// <summary>Holds the claim's row until the transaction at hand ends.</summary>
    /// <exception cref="LeaseLostException">Another replica has taken the job since.</exception>
    public async Task RequireAsync(ServiceDb db, CancellationToken cancel)
    {
        if (await db.Leases.Where(l => l.Name == name && l.Number == number).ExecuteUpdateAsync(set => set.SetProperty(l => l.Number, number), cancel) == 0)
            throw new LeaseLostException($"Another replica has taken {name} since.");
    }

    /// <summary>Gives the claim back, so that another replica need not wait for it to run out.</summary>
    public Task ReleaseAsync(ServiceDb db, CancellationToken cancel) => db.WriteAsync(() => ReleaseHereAsync(db, cancel), cancel);

    /// <summary>Gives the claim back with the transaction at hand. The row stays, for its number must not be given again.</summary>
    public Task<int> ReleaseHereAsync(ServiceDb db, CancellationToken cancel)
    {
        until = DateTimeOffset.MinValue;
        return db.Leases.Where(l => l.Name == name && l.Number == number).ExecuteUpdateAsync(set => set.SetProperty(l => l.UntilTime, DateTimeOffset.UnixEpoch), cancel);
    }
}

/// <summary>The job is another replica's by now.</summary>
public sealed class LeaseLostException(string message) : Exception(message);

/// <summary>Name of this replica in leases; one for the whole process.</summary>
/// <param name="Holder">Unlike any other replica's.</param>
public sealed record Replica(string Holder);
