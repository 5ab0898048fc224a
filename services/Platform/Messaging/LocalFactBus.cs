using Doseline.Platform.Messaging.Delivery;

namespace Doseline.Platform.Messaging;

/// <summary>Hands facts straight to the handlers in this process; what a handler cannot handle waits in the subscriber's database.</summary>
public sealed class LocalFactBus(FactDelivery delivery) : IFactBus
{
    /// <inheritdoc/>
    public Task PublishAsync(Fact fact, CancellationToken cancel) => delivery.DeliverAsync(fact, cancel);

    /// <inheritdoc/>
    public async Task<PublishedRound> PublishAsync(IReadOnlyList<Fact> facts, int lanes, CancellationToken cancel)
    {
        var known = await delivery.LookAheadAsync(facts, cancel);
        return await FactLanes.RunAsync(facts, lanes, (fact, stop) => delivery.DeliverAsync(fact, known, stop), cancel);
    }
}
