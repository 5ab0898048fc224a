using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Delivery;

/// <summary>Delivers a fact to a handler, or makes it wait in the subscriber's database: either way it is not lost, and not overtaken.</summary>
public sealed class FactDelivery(
    FactDispatcher dispatcher, IServiceScopeFactory scopes, DatabaseTable databases, MessagingOptions options, OutboxSignals signals, MessagingMeter meter, ILogger<FactDelivery> log)
{
    const int ReasonLengthMax = 2000;

    /// <summary>Delivers one fact to every handler of it here; returns once each has handled it or holds it in its database.</summary>
    public async Task DeliverAsync(Fact fact, CancellationToken cancel)
    {
        var known = await LookAheadAsync([fact], cancel);
        await DeliverAsync(fact, known, cancel);
    }

    internal async Task DeliverAsync(Fact fact, DeliveryLookahead known, CancellationToken cancel)
    {
        foreach (var subscription in dispatcher.HandlersOf(fact)) await DeliverAsync(subscription, fact, known, cancel);
    }

    /// <summary>Looks up what the subscribers of these facts know of them.</summary>
    internal async Task<DeliveryLookahead> LookAheadAsync(IReadOnlyCollection<Fact> facts, CancellationToken cancel)
    {
        DeliveryLookahead known = new();
        var services = facts.SelectMany(f => dispatcher.HandlersOf(f).Select(s => (Fact: f, Subscription: s))).GroupBy(d => d.Subscription.Service, StringComparer.Ordinal);
        await using var scope = scopes.CreateAsyncScope();
        foreach (var service in services)
            await known.ReadAsync(service.First().Subscription.Database(scope.ServiceProvider), [.. service.Select(d => d.Fact)], cancel);
        return known;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a handler throws, the fact waits with it rather than being lost.")]
    async Task DeliverAsync(FactSubscription subscription, Fact fact, DeliveryLookahead known, CancellationToken cancel)
    {
        var handler = subscription.Handler;
        try
        {
            if (known.Seen(fact, handler) is { } hash)
            {
                FactConflictException.ThrowUnlessSame(fact, hash);
                meter.Duplicate(subscription);
                return;
            }

            if (known.Waits(fact, handler)) return;
            if (known.Before(fact, handler) is { } before)
            {
                await WaitAsync(subscription, fact, WaitState.Behind, $"Waits behind fact {before} of the same subject.", cancel);
                return;
            }

            await dispatcher.RunAsync(subscription, fact, cancel);
        }
        catch (FactConflictException conflict)
        {
            // It is refused for good and alarmed; it must not hold up the facts that are what they say.
            meter.Conflict(subscription.Service);
            log.LogCritical("{Handler} refused {FactType} {FactId}: {Reason}", handler, fact.Type, fact.Id, conflict.Message);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning(fault, "{Handler} failed on {FactType} {FactId}; it will be tried again", handler, fact.Type, fact.Id);
            known.Block(fact, handler);
            await WaitAsync(subscription, fact, WaitState.Retrying, fault.Message, cancel);
        }
    }

    /// <summary>Parks a fact for a person at once, unless it was handled or already waits.</summary>
    internal async Task ParkAsync(FactSubscription subscription, Fact fact, string reason, CancellationToken cancel)
    {
        var known = await LookAheadAsync([fact], cancel);
        if (known.Seen(fact, subscription.Handler) is not null || known.Waits(fact, subscription.Handler)) return;
        await WaitAsync(subscription, fact, WaitState.Parked, reason, cancel);
        meter.Parked(subscription.Service, subscription.Handler);
        log.LogError("{Handler} parked {FactType} {FactId}: {Reason}", subscription.Handler, fact.Type, fact.Id, reason);
    }

    /// <summary>Keeps an envelope that no handler can be found for, for a person to look at and set aside.</summary>
    internal async Task ParkUnreadableAsync(string service, Fact fact, string reason, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var handler = $"{service}.unreadable";
        await WaitAsync(databases.Of(service, scope.ServiceProvider), handler, fact, WaitState.Parked, reason, cancel);
        meter.Parked(service, handler);
        log.LogCritical("{Handler} parked {FactId}: {Reason}", handler, fact.Id, reason);
    }

    async Task WaitAsync(FactSubscription subscription, Fact fact, WaitState state, string reason, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await WaitAsync(subscription.Database(scope.ServiceProvider), subscription.Handler, fact, state, reason, cancel);
        signals.Set(subscription.Service, PumpNames.Retries);
    }

    async Task WaitAsync(ServiceDb db, string handler, Fact fact, WaitState state, string reason, CancellationToken cancel)
    {
        db.Parked.Add(new ParkedRow
        {
            FactId = fact.Id,
            Handler = handler,
            Subject = fact.Subject,
            Envelope = JsonSerializer.Serialize(fact, JsonSerializerOptions.Web),
            State = state,
            Tries = state is WaitState.Retrying ? 1 : 0,
            NextTime = state is WaitState.Retrying ? db.Now + options.Backoff(1) : null,
            Reason = Cut(reason),
            Time = db.Now,
        });
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException twin) when (DbRaces.IsTwin(twin))
        {
            // It waits already: another delivery was first.
        }
    }

    internal static string Cut(string reason) => reason.Length <= ReasonLengthMax ? reason : reason[..ReasonLengthMax];

    internal static Fact Read(ParkedRow row) => JsonSerializer.Deserialize<Fact>(row.Envelope, JsonSerializerOptions.Web)!;
}
