using Doseline.Platform.Data;

namespace Doseline.Platform.Messaging;

/// <summary>This replica's claim on a job that one replica does at a time: a row that is renewed while the job is done and runs out when its holder dies.</summary>
/// <remarks>
/// Each taking has a number, higher than the one before: what must not be done by a holder that lost its claim in a long pause asks for that
/// number in the set that writes it (<see cref="Require"/>).
/// </remarks>
sealed class Lease(string name, string holder, TimeSpan length)
{
    DateTimeOffset until = DateTimeOffset.MinValue;
    long number;

    /// <summary>True while the claim is surely held and need not be renewed.</summary>
    public bool IsHeld(DateTimeOffset now) => until - now > length / 2;

    /// <summary>True from when it was taken until it is given back.</summary>
    public bool IsTaken => until > DateTimeOffset.MinValue;

    /// <summary>Takes or renews the claim.</summary>
    /// <returns>How long it is surely held from now; null when another replica holds it.</returns>
    public async Task<TimeSpan?> TakeAsync(ServiceDb db, CancellationToken cancel)
    {
        var now = db.Now;
        // Half of its length is left for the round: renewing at every round would write more than the work itself.
        if (IsHeld(now)) return until - now;

        var next = now + length;
        long? before = null;
        var free = true;
        await db.ReadAsync($"SELECT holder, until_time, number FROM leases WHERE name = {name}", async reader =>
        {
            if (!await reader.ReadAsync(cancel)) return;
            (free, before) = (reader.GetString(0) == holder || reader.GetInt64(1) <= now.UtcTicks, reader.GetInt64(2));
        }, cancel);
        var taken = !free ? 0 : await db.WriteAsync(() => before is { } earlier
            ? db.ChangeAsync($"UPDATE leases SET holder = {holder}, until_time = {next.UtcTicks}, number = {earlier + 1} WHERE name = {name} AND number = {earlier}", cancel)
            : db.ChangeAsync($"INSERT INTO leases (name, holder, until_time, number) VALUES ({name}, {holder}, {next.UtcTicks}, 1) ON CONFLICT (name) DO NOTHING", cancel), cancel);
        (until, number) = taken > 0 ? (next, (before ?? 0) + 1) : (DateTimeOffset.MinValue, 0);
        return taken > 0 ? length : null;
    }

    /// <summary>Lets the next save be a lost race where another replica has taken the job since.</summary>
    public void Require(ServiceDb db) => db.Also<LeaseRow>(name, $"number = {number}", $"number = {number}");

    /// <summary>Gives the claim back, so that another replica need not wait for it to run out.</summary>
    /// <remarks>The row stays, for its number must not be given again.</remarks>
    public Task ReleaseAsync(ServiceDb db, CancellationToken cancel)
    {
        until = DateTimeOffset.MinValue;
        return db.WriteAsync(() => db.ChangeAsync($"UPDATE leases SET until_time = {DateTimeOffset.UnixEpoch.UtcTicks} WHERE name = {name} AND number = {number}", cancel), cancel);
    }
}

/// <summary>Name of this replica in leases; one for the whole process.</summary>
/// <param name="Holder">Unlike any other replica's.</param>
public sealed record Replica(string Holder);
