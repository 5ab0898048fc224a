using System.Diagnostics;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging.Delivery;

/// <summary>Gives facts to the handlers hosted here, once each, from Dapr or from the in-process bus.</summary>
public sealed class FactDispatcher(IEnumerable<FactSubscription> subscriptions, IServiceScopeFactory scopes, MessagingMeter meter)
{
    // Races between replicas settle in one or two tries; more means something else is wrong, and the fact waits for its backoff.
    const int RaceTriesMax = 5;

    readonly ILookup<(string Topic, string Type), FactSubscription> byType = subscriptions.ToLookup(s => (s.Topic, s.Type));
    readonly Dictionary<string, FactSubscription> byHandler = subscriptions.ToDictionary(s => s.Handler, StringComparer.Ordinal);

    /// <summary>Topics that handlers here listen to, with the service that listens.</summary>
    public IEnumerable<(string Topic, string Service)> Topics => byHandler.Values.Select(s => (s.Topic, s.Service)).Distinct();

    /// <summary>The handlers of a fact.</summary>
    public IEnumerable<FactSubscription> HandlersOf(Fact fact) => byType[(fact.Source, fact.Type)];

    /// <summary>The handlers of a type of fact.</summary>
    public IEnumerable<FactSubscription> HandlersOf(string topic, string type) => byType[(topic, type)];

    /// <summary>The subscription of a handler; null when it is not hosted here.</summary>
    public FactSubscription? Of(string handler) => byHandler.GetValueOrDefault(handler);

    /// <summary>Runs one handler on a fact, unless it has already seen it; its changes and the inbox row commit together.</summary>
    /// <returns>False when the fact was a duplicate.</returns>
    /// <exception cref="FactConflictException">The payload is not the one that was hashed or handled.</exception>
    public async Task<bool> HandleAsync(FactSubscription subscription, Fact fact, CancellationToken cancel) =>
        !await SeenAsync(subscription, fact, cancel) && await RunAsync(subscription, fact, cancel);

    /// <summary>
    /// Runs a handler without looking first whether it has seen the fact: the inbox's primary key says so when the changes are saved.
    /// </summary>
    /// <param name="subscription">Handler.</param>
    /// <param name="fact">Fact.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="reason">Why, where a person asked for it.</param>
    /// <param name="also">More changes for the same save.</param>
    /// <returns>False when the fact was a duplicate.</returns>
    internal async Task<bool> RunAsync(
        FactSubscription subscription, Fact fact, CancellationToken cancel, string reason = "", Func<ServiceDb, Task>? also = null)
    {
        if (!fact.IsIntact) throw new FactConflictException($"Fact {fact.Id} says its payload hashes to {fact.DataHash}, but it hashes to {Fact.HashOf(fact.Data)}.");
        using var span = MessagingMeter.Spans.StartActivity($"handle {fact.Type}", ActivityKind.Consumer, fact.TraceParent);
        span?.SetTag("messaging.message.id", fact.Id).SetTag("doseline.handler", subscription.Handler).SetTag("doseline.correlation_id", fact.CorrelationId);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OnceAsync(subscription, fact, reason, also, cancel);
                meter.Handled(subscription);
                return true;
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                // Another delivery may have been first: then whatever went wrong here is of no account.
                if (await SeenAsync(subscription, fact, cancel)) return false;
                if (attempt < RaceTriesMax && DbRaces.IsLostRace(fault)) continue;
                span?.SetStatus(ActivityStatusCode.Error, fault.Message);
                meter.Failed(subscription);
                throw;
            }
        }
    }

    async Task<bool> SeenAsync(FactSubscription subscription, Fact fact, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = subscription.Database(scope.ServiceProvider);
        var seen = await db.Inbox.Where(r => r.FactId == fact.Id && r.Handler == subscription.Handler).Select(r => r.DataHash).FirstOrDefaultAsync(cancel);
        if (seen is null) return false;
        FactConflictException.ThrowUnlessSame(fact, seen);
        meter.Duplicate(subscription);
        return true;
    }

    async Task OnceAsync(FactSubscription subscription, Fact fact, string reason, Func<ServiceDb, Task>? also, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        request.Caller = Caller.Service(subscription.Service, fact.Actor);
        request.CorrelationId = fact.CorrelationId;
        request.CausationId = fact.Id;
        request.Reason = reason;
        request.Origin = fact.OriginJson;

        var db = subscription.Database(scope.ServiceProvider);
        await subscription.HandleAsync(scope.ServiceProvider, fact, cancel);
        // The primary key settles a race between two deliveries: the loser's whole save fails.
        db.Inbox.Add(new InboxRow { FactId = fact.Id, Handler = subscription.Handler, DataHash = fact.DataHash, Time = db.Now });
        if (also is not null) await also(db);
        await db.SaveChangesAsync(cancel);
    }
}

/// <summary>A payload is not the one that was hashed, or a fact id came twice with different payloads: somebody altered one of them.</summary>
public sealed class FactConflictException(string message) : Exception(message)
{
    internal static void ThrowUnlessSame(Fact fact, string handledHash)
    {
        if (!string.Equals(fact.DataHash, handledHash, StringComparison.Ordinal))
            throw new FactConflictException($"Fact {fact.Id} came again with another payload: {handledHash} was handled, {fact.DataHash} came.");
    }
}
