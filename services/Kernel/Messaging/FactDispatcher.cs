using Doseline.Kernel.Auth;
using Doseline.Kernel.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Kernel.Messaging;

/// <summary>Gives facts to the handlers hosted here, once each, from Dapr or from the in-process bus.</summary>
public sealed class FactDispatcher(IEnumerable<FactSubscription> subscriptions, IServiceScopeFactory scopes)
{
    readonly ILookup<(string Topic, string Type), FactSubscription> subscriptions = subscriptions.ToLookup(s => (s.Topic, s.Type));

    /// <summary>Topics that handlers here listen to, with the service that listens.</summary>
    public IEnumerable<(string Topic, string Service)> Topics => subscriptions.SelectMany(s => s).Select(s => (s.Topic, s.Service)).Distinct();

    /// <summary>The handlers of a fact.</summary>
    public IEnumerable<FactSubscription> HandlersOf(Fact fact) => subscriptions[(fact.Source, fact.Type)];

    /// <summary>Runs one handler on a fact, unless it has already seen it; its changes and the inbox row commit together.</summary>
    /// <returns>False when the fact was a duplicate.</returns>
    public async Task<bool> HandleAsync(FactSubscription subscription, Fact fact, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        request.Caller = Caller.Service(subscription.Service, fact.Actor);
        request.CorrelationId = fact.CorrelationId;
        request.CausationId = fact.Id;

        var db = subscription.Database(scope.ServiceProvider);
        if (await db.Inbox.AsNoTracking().FirstOrDefaultAsync(r => r.FactId == fact.Id && r.Handler == subscription.Handler, cancel) is { } seen)
        {
            return seen.DataHash == fact.DataHash
                ? false
                : throw new FactConflictException($"Fact {fact.Id} came again with another payload: {seen.DataHash} was handled, {fact.DataHash} came.");
        }

        await subscription.HandleAsync(scope.ServiceProvider, fact, cancel);
        // The primary key settles a race between two deliveries: the loser's whole save fails and is redelivered.
        db.Inbox.Add(new InboxRow { FactId = fact.Id, Handler = subscription.Handler, DataHash = fact.DataHash, Time = db.Now });
        await db.SaveChangesAsync(cancel);
        return true;
    }
}

/// <summary>A fact id came twice with different payloads: somebody altered one of them.</summary>
public sealed class FactConflictException(string message) : Exception(message);
