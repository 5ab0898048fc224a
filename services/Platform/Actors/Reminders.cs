using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Actors;

/// <summary>Work that falls due at a time: deadlines of actors, retries of facts. Simulated time stops at each.</summary>
public interface IReminderPump : IPump
{
    /// <summary>Delivers one deadline if it is due: something outside says that it is time.</summary>
    Task WakeAsync(string actorType, string actorId, string name, CancellationToken cancel) => Task.CompletedTask;
}

/// <summary>Delivers deadlines that are due: the whole story on a laptop, a sweep behind Dapr's reminders in a cluster.</summary>
/// <remarks>A deadline is never given up: one whose turn fails is tried again, with growing waits, and holds up no other.</remarks>
public sealed class ReminderPump<TDb>(
    string service, IServiceScopeFactory scopes, ActorHost actors, MessagingOptions options, Replica replica, MessagingMeter meter, ILogger<ReminderPump<TDb>> log)
    : IReminderPump, IHandsOver where TDb : ServiceDb
{
    const int BatchMax = 100;

    readonly Lease lease = new(PumpNames.Reminders, replica.Holder, options.Lease);

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Reminders;

    /// <inheritdoc/>
    // Another replica may hold the lease and set no deadline itself: each looks for those of the others.
    public TimeSpan Patience => TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TDb>().Reminders.MinAsync(r => (DateTimeOffset?)r.NextTime, cancel);
    }

    /// <summary>Delivers what is due, earliest first within an actor; a delivered deadline is forgotten unless its turn moved it.</summary>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var now = db.Now;
        var due = await db.Reminders.AsNoTracking().Where(r => r.NextTime <= now)
            .OrderBy(r => r.NextTime).ThenBy(r => r.ActorType).ThenBy(r => r.ActorId).ThenBy(r => r.Name).Take(BatchMax).ToListAsync(cancel);
        if (due is [] || await lease.TakeAsync(db, cancel) is null) return 0;

        var tracks = options.Lanes <= 1 ? [due] : due.GroupBy(r => (r.ActorType, r.ActorId)).Cast<IEnumerable<ReminderRow>>();
        await Parallel.ForEachAsync(tracks, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Lanes), CancellationToken = cancel }, async (track, stop) =>
        {
            foreach (var row in track) await DeliverAsync(row, stop);
        });
        return due.Count;
    }

    /// <inheritdoc/>
    public async Task WakeAsync(string actorType, string actorId, string name, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var now = db.Now;
        var row = await db.Reminders.AsNoTracking().FirstOrDefaultAsync(r => r.ActorType == actorType && r.ActorId == actorId && r.Name == name, cancel);
        if (row is not null && row.NextTime <= now) await DeliverAsync(row, cancel);
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(scope.ServiceProvider.GetRequiredService<TDb>(), cancel);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a turn throws, the deadline stays and is tried again.")]
    async Task DeliverAsync(ReminderRow row, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        // A turn that moved its deadline leaves another due time, which must stay.
        var same = db.Reminders.Where(r => r.ActorType == row.ActorType && r.ActorId == row.ActorId && r.Name == row.Name && r.DueTime == row.DueTime);
        try
        {
            meter.Late(service, db.Now - row.DueTime);
            await actors.RemindAsync(row.ActorType, row.ActorId, row.Name, cancel);
            await db.WriteAsync(() => same.ExecuteDeleteAsync(cancel), cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            var tries = row.Tries + 1;
            var next = db.Now + options.Backoff(tries);
            await db.WriteAsync(() => same.ExecuteUpdateAsync(set => set.SetProperty(r => r.NextTime, next).SetProperty(r => r.Tries, tries), cancel), cancel);
            log.LogError(fault, "Reminder {Reminder} of {ActorType} {ActorId} failed, try {Tries}; next at {Next}", row.Name, row.ActorType, row.ActorId, tries, next);
        }
    }
}
