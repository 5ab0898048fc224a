namespace Doseline.Sidecar.Brokers;

/// <summary>A broker behind the sidecars, reached as Dapr's component reaches it.</summary>
public interface IBrokerServer : IAsyncDisposable
{
    /// <summary>Gives a message to the broker.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="envelope">What the runtime made of it.</param>
    Task PublishAsync(string topic, byte[] envelope);

    /// <summary>Has an app's messages of a topic delivered to one of its replicas, each once: what is not taken is gone, as the component is told.</summary>
    /// <param name="app">App id; the consumer group or queue is named after it.</param>
    /// <param name="topic">Topic.</param>
    /// <param name="deliver">Gives a message to the replica; false where it was not taken.</param>
    Task SubscribeAsync(string app, string topic, Func<byte[], Task<bool>> deliver);
}
