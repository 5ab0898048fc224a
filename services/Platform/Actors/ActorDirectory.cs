using Doseline.Platform.Messaging;
using Orleans;

namespace Doseline.Platform.Actors;

/// <summary>Reaches actors on behalf of the request of this scope, wherever they live: in this process, or in another of the same service.</summary>
public sealed class ActorDirectory(IGrainFactory grains, RequestContext request)
{
    /// <summary>An actor, to be asked.</summary>
    /// <remarks>An actor must not ask itself: its turn would wait for itself.</remarks>
    public TActor Of<TActor>(string id) where TActor : IActor
    {
        CallFlow.Send(request);
        return grains.GetGrain<TActor>(id);
    }
}
