using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;

namespace Doseline.Sidecar;

/// <summary>
/// Topics with a queue for every app that subscribes (the consumer group is the app id): at least once, in the order of publishing within
/// a queue, again after a failure, to the dead-letter topic when it is hopeless. It loses nothing while apps come and go.
/// </summary>
public sealed class Broker
{
    const int TriesMax = 8;
    /// <summary>Every so many deliveries one is made twice, as brokers do.</summary>
    const int TwiceEvery = 7;

    readonly Mesh mesh;
    readonly ConcurrentDictionary<(string App, string Topic), Queue> queues = new();
    readonly Lock guard = new();
    TaskCompletionSource idle = Done();
    int pending;
    long deliveries;
    long repeated;
    long deadLetters;

    internal Broker(Mesh mesh) => this.mesh = mesh;

    /// <summary>Deliveries so far, repeated ones included.</summary>
    public long Deliveries => Interlocked.Read(ref deliveries);

    /// <summary>Deliveries of what had been delivered before.</summary>
    public long Repeated => Interlocked.Read(ref repeated);

    /// <summary>Messages that went to a dead-letter topic.</summary>
    public long DeadLetters => Interlocked.Read(ref deadLetters);

    /// <summary>Called when an app has taken a message of a topic.</summary>
    public Action<string, string>? Taken { get; set; }

    /// <summary>Topics that apps subscribe to, dead-letter topics included.</summary>
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
            queues.GetOrAdd((app.AppId, topic), _ => new Queue(this, app, topic,
                subscription.GetProperty("routes").GetProperty("default").GetString()!,
                subscription.TryGetProperty("deadLetterTopic", out var dead) ? dead.GetString() : null));
        }
    }

    internal void Publish(string topic, string key, byte[] envelope)
    {
        foreach (var queue in queues.Values.Where(q => q.Topic == topic))
        {
            lock (guard)
            {
                if (pending++ == 0) idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            queue.Add(Rewrite(envelope, topic, key));
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
    static byte[] Rewrite(byte[] envelope, string topic, string key)
    {
        var fields = JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(envelope)!;
        fields["topic"] = JsonSerializer.SerializeToElement(topic);
        fields["pubsubname"] = JsonSerializer.SerializeToElement("pubsub");
        if (key.Length > 0) fields["partitionkey"] = JsonSerializer.SerializeToElement(key);
        return JsonSerializer.SerializeToUtf8Bytes(fields);
    }

    async Task DeliverAsync(Queue queue, byte[] envelope)
    {
        var failures = 0;
        for (var again = Interlocked.Increment(ref deliveries) % TwiceEvery == 0; failures < TriesMax;)
        {
            var answer = await TryAsync(queue, envelope);
            switch (answer)
            {
                case "SUCCESS" when again:
                    again = false;
                    Interlocked.Increment(ref repeated);
                    continue;
                case "SUCCESS":
                    Taken?.Invoke(queue.App.AppId, queue.Topic);
                    return;
                // The app went away: the broker gives it the message again, however often that happens.
                case null:
                    Interlocked.Increment(ref repeated);
                    continue;
                case "DROP":
                    failures = TriesMax;
                    break;
                default:
                    failures++;
                    break;
            }
        }

        if (queue.DeadLetterTopic is not { } dead) return;
        Interlocked.Increment(ref deadLetters);
        Publish(dead, "", envelope);
    }

    async Task<string?> TryAsync(Queue queue, byte[] envelope)
    {
        await mesh.Trouble.AtAsync(queue.App.AppId, Point.Delivering);
        using var response = await queue.App.CallAppAsync(at => new HttpRequestMessage(HttpMethod.Post, new Uri(at, queue.Path))
        {
            Content = new ByteArrayContent(envelope) { Headers = { ContentType = new("application/cloudevents+json") } },
        }, CancellationToken.None);
        if (await mesh.Trouble.AtAsync(queue.App.AppId, Point.Delivered) || response is null) return null;
        if (response.StatusCode is HttpStatusCode.NotFound) return "DROP";
        if (!response.IsSuccessStatusCode) return "RETRY";
        using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return body.RootElement.GetProperty("status").GetString()!;
    }

    sealed class Queue
    {
        readonly Channel<byte[]> waiting = Channel.CreateUnbounded<byte[]>();

        public Queue(Broker broker, AppSidecar app, string topic, string path, string? deadLetterTopic)
        {
            (App, Topic, Path, DeadLetterTopic) = (app, topic, path, deadLetterTopic);
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

        public string? DeadLetterTopic { get; }

        public void Add(byte[] envelope) => waiting.Writer.TryWrite(envelope);
    }
}
