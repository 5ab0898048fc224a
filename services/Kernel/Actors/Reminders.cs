using Doseline.Kernel.Data;
using Doseline.Kernel.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Kernel.Actors;

/// <summary>Delivers deadlines that are due: the whole story on a laptop, a sweep behind Dapr's reminders in a cluster.</summary>
public interface IReminderPump : IPump
{
    /// <summary>When the next deadline is due (UTC); null when there is none.</summary>
    Task<DateTimeOffset?> NextAsync(CancellationToken cancel);
}

/// <inheritdoc cref="IReminderPump"/>
public sealed class ReminderPump<TDb>(string service, IServiceScopeFactory scopes, ActorHost actors) : IReminderPump where TDb : ServiceDb
{
    const int BatchMax = 100;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TDb>().Reminders.MinAsync(r => (DateTimeOffset?)r.DueTime, cancel);
    }

    /// <summary>Delivers what is due, earliest first; a delivered reminder is forgotten unless its turn moved it.</summary>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var now = db.Now;
        var due = await db.Reminders.AsNoTracking().Where(r => r.DueTime <= now).OrderBy(r => r.DueTime).Take(BatchMax).ToListAsync(cancel);
        foreach (var row in due)
        {
            await actors.RemindAsync(row.ActorType, row.ActorId, row.Name, cancel);
            await db.Reminders
                .Where(r => r.ActorType == row.ActorType && r.ActorId == row.ActorId && r.Name == row.Name && r.DueTime == row.DueTime)
                .ExecuteDeleteAsync(cancel);
        }

        return due.Count;
    }
}
