using Doseline.Kernel.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Kernel.Messaging;

/// <summary>Work that a host does in rounds until there is nothing left; tests and simulations call it by hand.</summary>
public interface IPump
{
    /// <summary>Service whose work it is.</summary>
    string Service { get; }

    /// <summary>Does one round.</summary>
    /// <returns>How much was done; zero means nothing is left.</returns>
    Task<int> PumpAsync(CancellationToken cancel);
}

/// <summary>Publishes a service's outbox in order, at least once.</summary>
public sealed class OutboxRelay<TDb>(string service, IServiceScopeFactory scopes, IFactBus bus) : IPump where TDb : ServiceDb
{
    const int BatchMax = 200;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var batch = await db.Outbox.AsNoTracking().Where(r => r.SentTime == null).OrderBy(r => r.Seq).Take(BatchMax).ToListAsync(cancel);
        List<long> sent = new(batch.Count);
        try
        {
            foreach (var row in batch)
            {
                await bus.PublishAsync(FactOf(row), cancel);
                sent.Add(row.Seq);
            }
        }
        finally
        {
            // What was sent is marked even when a later one failed; what was sent but not marked is sent again.
            if (sent is not [])
            {
                var now = db.Now;
                await db.Outbox.Where(r => sent.Contains(r.Seq)).ExecuteUpdateAsync(set => set.SetProperty(r => r.SentTime, now), CancellationToken.None);
            }
        }

        return batch.Count;
    }

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
