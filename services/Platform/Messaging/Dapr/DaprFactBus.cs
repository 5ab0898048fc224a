namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Publishes facts through the Dapr sidecar, each in its own CloudEvents envelope, so that a retry keeps the same id.</summary>
public sealed class DaprFactBus(DaprSidecar sidecar) : IFactBus
{
    /// <inheritdoc/>
    /// <exception cref="DaprException">The broker does not hold the fact; the relay tries again.</exception>
    public Task PublishAsync(Fact fact, CancellationToken cancel) =>
        // The partition key keeps facts of one subject in order on brokers that have partitions.
        sidecar.SendAsync(
            HttpMethod.Post,
            $"publish/{sidecar.PubSub}/{Uri.EscapeDataString(fact.Source)}?metadata.partitionKey={Uri.EscapeDataString(fact.Subject)}",
            CloudEvents.Write(fact),
            CloudEvents.MediaType,
            cancel);
}
