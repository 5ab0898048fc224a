using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Doseline.Kernel.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Kernel.Messaging;

/// <summary>Hands facts straight to the handlers in this process; what a handler cannot handle is tried again, then parked.</summary>
public sealed class LocalFactBus(FactDispatcher dispatcher, IServiceScopeFactory scopes, ILogger<LocalFactBus> log) : IFactBus
{
    const int TriesMax = 5;

    /// <inheritdoc/>
    public async Task PublishAsync(Fact fact, CancellationToken cancel)
    {
        foreach (var subscription in dispatcher.HandlersOf(fact)) await DeliverAsync(subscription, fact, cancel);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a handler throws, the fact is parked with it rather than lost.")]
    async Task DeliverAsync(FactSubscription subscription, Fact fact, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await dispatcher.HandleAsync(subscription, fact, cancel);
                return;
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                log.LogWarning(fault, "{Handler} failed on {FactType} {FactId}, try {Attempt}", subscription.Handler, fact.Type, fact.Id, attempt);
                if (attempt < TriesMax) continue;
                await ParkAsync(subscription, fact, fault.Message, cancel);
                return;
            }
        }
    }

    async Task ParkAsync(FactSubscription subscription, Fact fact, string reason, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = subscription.Database(scope.ServiceProvider);
        if (await db.Parked.AnyAsync(r => r.FactId == fact.Id && r.Handler == subscription.Handler, cancel)) return;
        db.Parked.Add(new ParkedRow
        {
            FactId = fact.Id,
            Handler = subscription.Handler,
            Subject = fact.Subject,
            Envelope = JsonSerializer.Serialize(fact, JsonSerializerOptions.Web),
            Reason = reason,
            Time = db.Now,
        });
        await db.SaveChangesAsync(cancel);
        log.LogError("{Handler} parked {FactType} {FactId}: {Reason}", subscription.Handler, fact.Type, fact.Id, reason);
    }
}
