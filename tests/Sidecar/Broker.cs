using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;

namespace Doseline.Sidecar;

/// <summary>
/// Topics with a queue for every app that subscribes (the consumer group is the app id), as a real broker behind its component is seen to be: it
/// answers that it has taken what it then drops, tries a delivery once, gives some twice, and keeps nothing for an app that is not there.
/// </summary>
public sealed class Broker
{
    /// <summary>Every so many deliveries one is made twice, as brokers do.</summary>
    const int TwiceEvery = 7;

    /// <summary>Every so many deliveries one is in no queue, though its publisher was told that it was taken.</summary>
    const int DroppedEvery = 11;

    readonly Mesh mesh;
    readonly ConcurrentDictionary<(string App, string Topic), Queue> queues = new();
    readonly Lock guard = new();
    TaskCompletionSource idle = Done();
    int pending;
    long deliveries;
    long repeated;
    long dropped;

    internal Broker(Mesh mesh) => this.mesh = mesh;

    /// <summary>Deliveries so far, repeated ones included.</summary>
    public long Deliveries => Interlocked.Read(ref deliveries);

    /// <summary>Deliveries of what had been delivered before.</summary>
    public long Repeated => Interlocked.Read(ref repeated);

    /// <summary>Messages that no app was given.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Topics that apps subscribe to.</summary>
    public IEnumerable<(string App, string Topic)> Subscriptions => queues.Keys;

    /// <summary>Completes once nothing waits to be delivered.</summary>
    public Task IdleAsync()
    {
        lock (guard) return idle.Task;
    }

    internal void Subscribe(AppSidecar app, JsonElement subscriptions)
    {
        foreach (var subscription in subscriptions.EnumerateArray())
        {
            var topic = subscription.GetProperty("topic").GetString()!;
            queues.GetOrAdd((app.AppId, topic), _ => new Queue(this, app, topic, subscription.GetProperty("routes").GetProperty("default").GetString()!));
        }
    }

    internal void Publish(string topic, byte[] envelope)
    {
        foreach (var queue in queues.Values.Where(q => q.Topic == topic))
        {
            lock (guard)
            {
                if (pending++ == 0) idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            queue.Add(Rewrite(envelope, topic));
        }
    }

    static TaskCompletionSource Done()
    {
        TaskCompletionSource done = new();
        done.SetResult();
        return done;
    }

    void Finished()
    {
        lock (guard)
        {
            if (--pending == 0) idle.TrySetResult();
        }
    }

    // The runtime writes the envelope anew: keys in order, and its own additions.
    static byte[] Rewrite(byte[] envelope, string topic)
    {
        var fields = JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(envelope)!;
        fields["topic"] = JsonSerializer.SerializeToElement(topic);
        fields["pubsubname"] = JsonSerializer.SerializeToElement("pubsub");
        return JsonSerializer.SerializeToUtf8Bytes(fields);
    }

    async Task DeliverAsync(Queue queue, byte[] envelope)
    {
        var number = Interlocked.Increment(ref deliveries);
        if (number % DroppedEvery == 0 || !await TryAsync(queue, envelope))
        {
            Interlocked.Increment(ref dropped);
            return;
        }

        if (number % TwiceEvery == 0 && await TryAsync(queue, envelope)) Interlocked.Increment(ref repeated);
    }

    async Task<bool> TryAsync(Queue queue, byte[] envelope)
    {
        await mesh.Trouble.AtAsync(queue.App.AppId, Point.Delivering);
        if (!queue.App.IsThere) return false;
        using var response = await queue.App.CallAppAsync(at => new HttpRequestMessage(HttpMethod.Post, new Uri(at, queue.Path))
        {
            Content = new ByteArrayContent(envelope) { Headers = { ContentType = new("application/cloudevents+json") } },
        }, CancellationToken.None);
        return !await mesh.Trouble.AtAsync(queue.App.AppId, Point.Delivered) && response is { IsSuccessStatusCode: true };
    }

    sealed class Queue
    {
        readonly Channel<byte[]> waiting = Channel.CreateUnbounded<byte[]>();

        public Queue(Broker broker, AppSidecar app, string topic, string path)
        {
            (App, Topic, Path) = (app, topic, path);
            _ = Task.Run(async () =>
            {
                await foreach (var envelope in waiting.Reader.ReadAllAsync())
                {
                    await broker.DeliverAsync(this, envelope);
                    broker.Finished();
                }
            });
        }

        public AppSidecar App { get; }

        public string Topic { get; }

        public string Path { get; }

        public void Add(byte[] envelope) => waiting.Writer.TryWrite(envelope);
    }
}
