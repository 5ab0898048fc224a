using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging;

/// <summary>Publishes a service's outbox at least once, in order within a subject, from one replica at a time.</summary>
public sealed class OutboxRelay<TDb>(
    string service, IServiceScopeFactory scopes, IFactBus bus, MessagingOptions options, Replica replica, MessagingMeter meter, ILogger<OutboxRelay<TDb>> log)
    : IPump, IHandsOver where TDb : ServiceDb
{
    const int BatchMax = 200;
    const int StuckSubjectsMax = 100;

    readonly Lease lease = new(PumpNames.Outbox, replica.Holder, options.Lease);
    // Subjects whose fact the broker would not take, until when they are left alone. Bounded: beyond the maximum, everything waits.
    readonly Dictionary<string, (int Tries, DateTimeOffset Until)> stuck = new(StringComparer.Ordinal);
    DateTimeOffset? purgeTime;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Outbox;

    /// <inheritdoc/>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var purges = PurgeIsDue(db.Now);
        if (!purges && !lease.IsHeld(db.Now) && !await db.Outbox.AnyAsync(r => r.SentTime == null, cancel))
        {
            meter.Outbox(service, 0, TimeSpan.Zero);
            return 0;
        }

        // Rows are read under the lease, so that what another replica has just sent is not sent again.
        if (await lease.TakeAsync(db, cancel) is not { } mine) return 0;
        if (purges && !await MessagePurge.RunAsync(db, options, cancel)) purgeTime = db.Now + options.PurgeEvery;
        var batch = await BatchAsync(db, cancel);
        if (batch is [])
        {
            // What is stuck is not read, and still waits.
            if (stuck.Count == 0) meter.Outbox(service, 0, TimeSpan.Zero);
            return 0;
        }

        // The round ends with the lease: a relay that has become slow stops before another takes over.
        using var leased = WallClock.Within(mine, cancel);
        var round = await bus.PublishAsync([.. batch.Select(FactOf)], options.Lanes, leased.Token);
        if (round.Held.Count > 0)
        {
            var now = db.Now;
            var sent = batch.Where(r => round.Held.Contains(r.Id)).Select(r => r.Seq).ToList();
            // What was sent but is not marked, because we die here, is sent again.
            await db.WriteAsync(() => db.Outbox.Where(r => sent.Contains(r.Seq)).ExecuteUpdateAsync(set => set.SetProperty(r => r.SentTime, now), CancellationToken.None), CancellationToken.None);
            meter.Published(service, batch.Where(r => round.Held.Contains(r.Id)).Select(r => r.Type));
        }

        cancel.ThrowIfCancellationRequested();
        Note(round, db.Now);
        var left = batch.Where(r => !round.Held.Contains(r.Id)).Select(r => (DateTimeOffset?)r.Time).Min();
        meter.Outbox(service, await UnsentAsync(db, batch.Count, round.Held.Count, cancel), left is { } oldest ? db.Now - oldest : TimeSpan.Zero);
        return round.Held.Count;
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(scope.ServiceProvider.GetRequiredService<TDb>(), cancel);
    }

    bool PurgeIsDue(DateTimeOffset now) => now >= (purgeTime ??= now + options.PurgeEvery);

    async Task<List<OutboxRow>> BatchAsync(TDb db, CancellationToken cancel)
    {
        var now = db.Now;
        var held = stuck.Where(s => s.Value.Until > now).Select(s => s.Key).ToList();
        if (held.Count >= StuckSubjectsMax) return [];
        var unsent = db.Outbox.AsNoTracking().Where(r => r.SentTime == null);
        if (held is not []) unsent = unsent.Where(r => !held.Contains(r.Subject));
        return await unsent.OrderBy(r => r.Seq).Take(BatchMax).ToListAsync(cancel);
    }

    void Note(PublishedRound round, DateTimeOffset now)
    {
        foreach (var (subject, fault) in round.Failed)
        {
            var tries = stuck.GetValueOrDefault(subject).Tries + 1;
            // Where work is pumped by hand, the next round tries again at once.
            stuck[subject] = (tries, options.Manual ? now : now + options.Backoff(tries));
            log.LogError(fault, "Facts of {Service} about {Subject} could not be published, try {Tries}", service, subject, tries);
        }

        if (stuck.Count == 0) return;
        foreach (var subject in stuck.Where(s => s.Value.Until <= now && !round.Failed.ContainsKey(s.Key)).Select(s => s.Key).ToList()) stuck.Remove(subject);
    }

    static async Task<long> UnsentAsync(TDb db, int read, int sent, CancellationToken cancel) =>
        read < BatchMax ? read - sent : await db.Outbox.LongCountAsync(r => r.SentTime == null, cancel);

    Fact FactOf(OutboxRow row) => new()
    {
        Id = row.Id,
        Source = service,
        Type = row.Type,
        Subject = row.Subject,
        Time = row.Time,
        Data = row.Data,
        DataHash = row.DataHash,
        CorrelationId = row.CorrelationId,
        CausationId = row.CausationId,
        Actor = row.Actor,
        TraceParent = row.TraceParent,
    };
}
