using System.Diagnostics;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>Has a fact handled once: its effect, its inbox row and what it ends of what waits are one save.</summary>
public sealed class FactWork(IServiceScopeFactory scopes, DatabaseTable databases, SignatureGate signatures, MessagingMeter meter)
{
    // A race is lost again as long as others write the same rows in quick succession, as issues do the lines of a batch; beyond this the fact waits for its backoff.
    const int RaceTriesMax = 20;

    /// <summary>Runs the handler.</summary>
    /// <param name="rule">What is done about the fact.</param>
    /// <param name="fact">The fact.</param>
    /// <param name="message">Its payload, as read.</param>
    /// <param name="ends">Ends what waits, in the same save; null when nothing does.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="reason">Why, where a person asked for it.</param>
    /// <returns>False when the fact had its effect before.</returns>
    /// <exception cref="FactConflictException">It had, with another payload.</exception>
    internal async Task<bool> HandleAsync(FactRule rule, Fact fact, IMessage message, Func<ServiceDb, Task>? ends, CancellationToken cancel, string reason = "")
    {
        using var span = MessagingMeter.Spans.StartActivity($"handle {fact.Type}", ActivityKind.Consumer, fact.TraceParent);
        span?.SetTag("messaging.message.id", fact.Id).SetTag("doseline.handler", rule.Handler).SetTag("doseline.correlation_id", fact.CorrelationId);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OnceAsync(rule, fact, message, ends, reason, cancel);
                meter.Handled(rule);
                return true;
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested && !DbRaces.IsAway(fault))
            {
                // Another reader may have been first: then whatever went wrong here is of no account.
                if (await SeenAsync(rule, fact, cancel)) return false;
                if (attempt < RaceTriesMax && DbRaces.IsLostRace(fault)) continue;
                span?.SetStatus(ActivityStatusCode.Error, fault.Message);
                meter.Failed(rule);
                throw;
            }
        }
    }

    async Task<bool> SeenAsync(FactRule rule, Fact fact, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var seen = await InboxLook.AtAsync(databases.Of(rule.Service, scope.ServiceProvider), [fact], cancel);
        if (!seen.Has(fact)) return false;
        meter.Duplicate(rule);
        return true;
    }

    async Task OnceAsync(FactRule rule, Fact fact, IMessage message, Func<ServiceDb, Task>? ends, string reason, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        request.Caller = Caller.Service(rule.Service, fact.Actor);
        request.CorrelationId = fact.CorrelationId;
        request.CausationId = fact.Id;
        request.Reason = reason;
        request.Origin = fact.OriginJson;
        request.Fact = new FactKey(rule.Service, fact.Id, fact.Source, fact.Position, fact.DataHash, fact.Time, fact.Key);

        var db = databases.Of(rule.Service, scope.ServiceProvider);
        // Whoever listens to releases: what its publisher says is not yet what QA signed.
        if (message is DoseDispositionChanged decided) await signatures.RequireReleaseAsync(decided, cancel);
        await rule.HandleAsync(scope.ServiceProvider, message, fact, cancel);
        if (ends is not null) await ends(db);
        // Actors that were asked have committed the inbox row with their effects; where nothing else is to be written, nothing is.
        if (request.Fact.Carried && !db.HasChanges) return;
        await db.SaveChangesAsync(cancel);
    }
}
