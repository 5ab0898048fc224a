using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Actors;

/// <summary>Runs turns of the actors hosted here, one at a time per actor.</summary>
/// <remarks>
/// Two hosts may each believe they own an actor; then the row versions in its database let one turn commit, and the other is run again on
/// what the first left. An actor must not ask itself: its turn would wait for itself.
/// </remarks>
public sealed class ActorHost(IEnumerable<ActorType> types, IServiceScopeFactory scopes, DatabaseTable databases)
{
    readonly Dictionary<string, ActorType> types = types.ToDictionary(t => t.Type, StringComparer.Ordinal);
    readonly TurnQueue turns = new();

    // A race between hosts settles in one or two tries.
    const int RaceTriesMax = 5;

    /// <summary>Types hosted here.</summary>
    public IEnumerable<ActorType> Types => types.Values;

    /// <summary>How many actors something is kept for in memory: those with a turn running or waiting.</summary>
    public int Busy => turns.Count;

    /// <summary>A type hosted here; null when it is not.</summary>
    public ActorType? Of(string type) => types.GetValueOrDefault(type);

    /// <summary>Runs a command as a turn.</summary>
    /// <param name="type">Actor type.</param>
    /// <param name="id">Actor id.</param>
    /// <param name="command">Command.</param>
    /// <param name="asker">Request on whose behalf the turn runs; null for none.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<IMessage> ReceiveAsync(string type, string id, IMessage command, RequestContext? asker, CancellationToken cancel) =>
        TurnAsync(type, id, asker, actor => actor.ReceiveAsync(command, cancel), cancel);

    /// <summary>Delivers a reminder as a turn.</summary>
    public Task RemindAsync(string type, string id, string name, CancellationToken cancel) =>
        TurnAsync(type, id, null, async actor => { await actor.RemindAsync(name, cancel); return true; }, cancel);

    async Task<T> TurnAsync<T>(string type, string id, RequestContext? asker, Func<Actor, Task<T>> turn, CancellationToken cancel)
    {
        using var _ = await turns.EnterAsync((type, id), cancel);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OnceAsync(type, id, asker, turn, attempt > 1);
            }
            catch (Exception fault) when (attempt < RaceTriesMax && DbRaces.IsLostRace(fault) && !cancel.IsCancellationRequested)
            {
                // Another host changed the actor meanwhile: look again.
            }
        }
    }

    async Task<T> OnceAsync<T>(string type, string id, RequestContext? asker, Func<Actor, Task<T>> turn, bool again)
    {
        await using var scope = scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        request.Caller = asker?.Caller ?? Caller.Service(types[type].Service);
        request.CausationId = asker?.CausationId ?? "";
        request.CorrelationId = asker?.CorrelationId ?? "";
        request.Zone = asker?.Zone ?? "UTC";
        request.Reason = asker?.Reason ?? "";
        request.SignatureId = asker?.SignatureId;
        request.Origin = asker?.Origin;
        request.Fact = asker?.Fact?.For($"{type}/{id}");
        // The fact that is told had its effect here before, which a save that met its inbox row has shown: then there is nothing to do and nothing to say.
        if (again && request.Fact is { } fact && await databases.Of(fact.Listener, scope.ServiceProvider).Inbox.AnyAsync(r => r.FactId == fact.Id && r.Part == fact.Part)) return default!;
        return await turn((Actor)ActivatorUtilities.CreateInstance(scope.ServiceProvider, types[type].Class, id));
    }
}

/// <summary>Asks actors that live in this process, on behalf of the request of this scope.</summary>
public sealed class LocalActors(ActorHost host, RequestContext request) : IActors
{
    /// <inheritdoc/>
    public async Task<TAnswer> AskAsync<TAnswer>(string type, string id, IMessage command, CancellationToken cancel)
        where TAnswer : class, IMessage<TAnswer>, new() =>
        (TAnswer?)await host.ReceiveAsync(type, id, command, request, cancel) ?? new TAnswer();
}
