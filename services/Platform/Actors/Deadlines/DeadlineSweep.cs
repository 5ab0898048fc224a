using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Doseline.Platform.Actors.Deadlines;

/// <summary>
/// Wakes actors shortly before their deadlines, so that their own timers are punctual, and those whose deadlines have passed, so that none is
/// forgotten. Every replica sweeps: an actor that is woken twice does nothing twice.
/// </summary>
/// <remarks>A deadline is never given up: one whose turn fails is tried again, with growing waits, and holds up no other.</remarks>
abstract class DeadlineSweep(string service, IServiceScopeFactory scopes, IServiceProvider services, MessagingOptions options, ILogger log) : IReminderPump
{
    /// <summary>How long before its deadline an actor is woken.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    // What the actor's own timer has not done by then is done here.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    const int BatchMax = 200;

    // Actors with deadlines up to here were woken ahead.
    DateTimeOffset woken = DateTimeOffset.MinValue;

    public string Service => service;

    public string Name => PumpNames.Deadlines;

    protected abstract ServiceDb Database(IServiceProvider scope);

    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await Database(scope.ServiceProvider).Deadlines.MinAsync(r => (DateTimeOffset?)r.NextTime, cancel);
    }

    /// <summary>Wakes the actors whose deadlines have passed, earliest first; for whoever moves the clock by hand.</summary>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = Database(scope.ServiceProvider);
        var now = db.Now;
        return await WakeAsync(db.Deadlines.Where(r => r.NextTime <= now), cancel);
    }

    /// <summary>Does one round of a sweep that runs by itself.</summary>
    /// <param name="told">A deadline that was set meanwhile and may lie where actors were woken already; null for none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>How long nothing is to be done, and up to which instant.</returns>
    public async Task<(TimeSpan Wait, DateTimeOffset Until)> RoundAsync(DateTimeOffset? told, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = Database(scope.ServiceProvider);
        var now = db.Now;
        if (told <= woken) woken = told == DateTimeOffset.MinValue ? told.Value : told.Value.AddTicks(-1);
        var (from, late, soon) = (woken, now - Grace, now + Ahead);
        var count = await WakeAsync(db.Deadlines.Where(r => r.NextTime <= soon && (r.NextTime <= late || r.NextTime > from && r.Tries == 0)), cancel);
        if (count == BatchMax) return (TimeSpan.Zero, now);

        woken = soon;
        var next = await db.Deadlines.Where(r => r.NextTime > soon).MinAsync(r => (DateTimeOffset?)r.NextTime, cancel) - Ahead;
        var check = await db.Deadlines.Where(r => r.NextTime <= soon).MinAsync(r => (DateTimeOffset?)r.NextTime, cancel) + Grace;
        var until = ActorDeadlines.Earlier(next, check) ?? DateTimeOffset.MaxValue;
        var wait = until - now;
        return (wait < TimeSpan.Zero ? TimeSpan.Zero : wait, until == DateTimeOffset.MaxValue ? until : until + Ahead);
    }

    async Task<int> WakeAsync(IQueryable<DeadlineRow> chosen, CancellationToken cancel)
    {
        var rows = await chosen.AsNoTracking().OrderBy(r => r.NextTime).ThenBy(r => r.ActorType).ThenBy(r => r.ActorId).Take(BatchMax).ToListAsync(cancel);
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Lanes), CancellationToken = cancel },
            async (row, stop) => await WakeAsync(row, stop));
        return rows.Count;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a turn throws, the deadline stays and is tried again.")]
    async Task WakeAsync(DeadlineRow row, CancellationToken cancel)
    {
        try
        {
            // Asked for here, for it brings half of the silo with it: a sweep that finds nothing needs none.
            await services.GetRequiredService<IGrainFactory>().GetGrain<IActor>(GrainId.Create(row.ActorType, row.ActorId)).WakeAsync(row.DueTime, cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = Database(scope.ServiceProvider);
            var tries = row.Tries + 1;
            var next = db.Now + options.Backoff(tries);
            // A turn that moved its deadline leaves another due time, which must stay; another replica's try counts once.
            await db.WriteAsync(() => db.Deadlines.Where(r => r.ActorType == row.ActorType && r.ActorId == row.ActorId && r.DueTime == row.DueTime && r.Tries == row.Tries)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.NextTime, next).SetProperty(r => r.Tries, tries), cancel), cancel);
            log.LogError(fault, "The deadline of {ActorType} {ActorId} failed, try {Tries}; next at {Next}", row.ActorType, row.ActorId, tries, next);
        }
    }
}

/// <summary>The sweep of a service's database.</summary>
sealed class DeadlineSweep<TDb>(string service, IServiceScopeFactory scopes, IServiceProvider services, MessagingOptions options, ILogger<DeadlineSweep<TDb>> log)
    : DeadlineSweep(service, scopes, services, options, log) where TDb : ServiceDb
{
    protected override ServiceDb Database(IServiceProvider scope) => scope.GetRequiredService<TDb>();
}
