using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Delivery;

/// <summary>
/// Tries again, with growing waits, what a service's handlers could not handle; then parks it. Facts of one subject and handler keep their
/// order: those behind a fact that waits, wait too, and are delivered right after it.
/// </summary>
/// <remarks>
/// Waits are by the platform's clock. Where work is pumped by hand, every round also tries what is not yet due, without counting it as a try:
/// a fact that only came too early is then handled in the same settling, and a simulation never waits.
/// </remarks>
public sealed class RetryPump<TDb>(
    string service, IServiceScopeFactory scopes, FactDispatcher dispatcher, MessagingOptions options, Replica replica, MessagingMeter meter, ILogger<RetryPump<TDb>> log)
    : IReminderPump, IHandsOver where TDb : ServiceDb
{
    const int LanesMax = 100;

    readonly Lease lease = new(PumpNames.Retries, replica.Holder, options.Lease);

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Retries;

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TDb>().Parked
            .Where(r => r.ResolvedTime == null && r.State == WaitState.Retrying).MinAsync(r => r.NextTime, cancel);
    }

    /// <inheritdoc/>
    /// <returns>How many facts were handled; a failed try counts nothing.</returns>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var now = db.Now;
        var all = options.Manual;
        // A row behind another becomes the head of its lane once nothing unresolved is before it.
        var heads = await db.Parked.AsNoTracking()
            .Where(r => r.ResolvedTime == null && (r.State == WaitState.Retrying ? all || r.NextTime <= now : r.State == WaitState.Behind))
            .Where(r => !db.Parked.Any(e => e.ResolvedTime == null && e.Handler == r.Handler && e.Subject == r.Subject && e.Seq < r.Seq))
            .OrderBy(r => r.NextTime).ThenBy(r => r.Seq).Take(LanesMax).ToListAsync(cancel);
        if (heads is [] || await lease.TakeAsync(db, cancel) is null) return 0;

        var handled = 0;
        foreach (var head in heads)
        {
            for (var row = head; row is not null && await TryAsync(row, now, cancel); handled++)
                row = await db.Parked.AsNoTracking().Where(r => r.ResolvedTime == null && r.Handler == head.Handler && r.Subject == head.Subject).OrderBy(r => r.Seq).FirstOrDefaultAsync(cancel);
        }

        return handled;
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(scope.ServiceProvider.GetRequiredService<TDb>(), cancel);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a handler throws, the fact goes on waiting with it.")]
    async Task<bool> TryAsync(ParkedRow row, DateTimeOffset now, CancellationToken cancel)
    {
        if (row.State is WaitState.Parked) return false;
        try
        {
            var subscription = dispatcher.Of(row.Handler) ?? throw new InvalidOperationException($"{row.Handler} is not hosted here any more.");
            if (await dispatcher.RunAsync(subscription, FactDelivery.Read(row), cancel, also: db => ForgetAsync(db, row.Seq, cancel))) return true;
            // It was handled elsewhere meanwhile, without this row.
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TDb>();
            await ForgetAsync(db, row.Seq, cancel);
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            await PutBackAsync(row, fault, now, cancel);
            return false;
        }
    }

    static async Task ForgetAsync(ServiceDb db, long seq, CancellationToken cancel)
    {
        if (await db.Parked.FindAsync([seq], cancel) is { ResolvedTime: null } row) db.Parked.Remove(row);
    }

    async Task PutBackAsync(ParkedRow row, Exception fault, DateTimeOffset now, CancellationToken cancel)
    {
        if (row.State is WaitState.Retrying && row.NextTime > now) return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        if (await db.Parked.FindAsync([row.Seq], cancel) is not { ResolvedTime: null } current) return;
        current.Tries++;
        current.Reason = FactDelivery.Cut(fault.Message);
        var parks = current.Tries >= options.TriesMax || fault is FactConflictException;
        current.State = parks ? WaitState.Parked : WaitState.Retrying;
        current.NextTime = parks ? null : db.Now + options.Backoff(current.Tries);
        await db.SaveChangesAsync(cancel);
        if (!parks) return;
        meter.Parked(service, row.Handler);
        log.LogError(fault, "{Handler} parked fact {FactId} after {Tries} tries", row.Handler, row.FactId, current.Tries);
    }
}
