using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Doseline.Sidecar.Brokers;

/// <summary>A broker in this process: a queue for each app and topic, emptied in order, by one of the app's replicas at a time.</summary>
public sealed class MemoryBroker : IBrokerServer
{
    readonly ConcurrentDictionary<(string App, string Topic), Queue> queues = new();

    /// <inheritdoc/>
    public Task PublishAsync(string topic, byte[] envelope)
    {
        foreach (var (key, queue) in queues)
        {
            if (key.Topic == topic) queue.Add(envelope);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SubscribeAsync(string app, string topic, Func<byte[], Task<bool>> deliver)
    {
        queues.GetOrAdd((app, topic), _ => new Queue()).Add(deliver);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var queue in queues.Values) queue.End();
        return default;
    }

    sealed class Queue
    {
        readonly Channel<byte[]> waiting = Channel.CreateUnbounded<byte[]>();
        readonly ConcurrentQueue<Func<byte[], Task<bool>>> replicas = new();

        public Queue() => _ = Task.Run(async () =>
        {
            await foreach (var envelope in waiting.Reader.ReadAllAsync())
            {
                // In turn; with the first one the queue came.
                replicas.TryDequeue(out var next);
                replicas.Enqueue(next!);
                await next!(envelope);
            }
        });

        public void Add(byte[] envelope) => waiting.Writer.TryWrite(envelope);

        public void Add(Func<byte[], Task<bool>> replica) => replicas.Enqueue(replica);

        public void End() => waiting.Writer.TryComplete();
    }
}
