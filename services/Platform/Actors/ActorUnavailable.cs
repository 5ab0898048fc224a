using Doseline.Kernel.Rules;
using Orleans;
using Orleans.Runtime;

namespace Doseline.Platform.Actors;

/// <summary>
/// On the way to an actor: waits until the silo has started, and turns a fault of the transport into a refusal like any other. Nothing is then
/// known of the turn, and the same call is made again.
/// </summary>
sealed class ActorUnavailable(SiloStart silo) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        // The silo's own parts talk to each other while it starts.
        if (context.TargetId.IsSystemTarget())
        {
            await context.Invoke();
            return;
        }

        await silo.ReadyAsync();
        try
        {
            await context.Invoke();
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or OperationCanceledException)
        {
            throw new RefusedException(Of(context.TargetId, fault.Message));
        }
    }

    /// <summary>The refusal.</summary>
    public static Refusal Of(GrainId actor, string message) =>
        Refusal.Unavailable($"actors/{actor}", "ACTOR_UNAVAILABLE", message).With("actor_type", actor.Type.ToString()).With("actor_id", actor.Key.ToString());
}
