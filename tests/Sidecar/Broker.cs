using System.Collections.Concurrent;
using System.Text.Json;
using Doseline.Sidecar.Brokers;

namespace Doseline.Sidecar;

/// <summary>
/// Topics, and the apps that subscribe to them, with a real broker or one in memory behind. Unless it is told to behave, it does what brokers behind
/// their components are seen to do: it answers that it has taken what it then drops, and gives some twice. A delivery is tried once, and nothing is
/// kept for an app that is not there.
/// </summary>
public sealed class Broker
{
    /// <summary>Every so many deliveries one is made twice, as brokers do.</summary>
    const int TwiceEvery = 7;

    /// <summary>Every so many deliveries one is in no queue, though its publisher was told that it was taken.</summary>
    const int DroppedEvery = 11;

    // A real broker may have lost what is waited for.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly Mesh mesh;
    readonly IBrokerServer server;
    readonly bool behaves;
    readonly ConcurrentDictionary<(AppSidecar Replica, string Topic), string> subscriptions = new();
    readonly Lock guard = new();
    TaskCompletionSource idle = Done();
    int pending;
    long deliveries;
    long repeated;
    long dropped;

    internal Broker(Mesh mesh, IBrokerServer server, bool behaves) => (this.mesh, this.server, this.behaves) = (mesh, server, behaves);

    /// <summary>Deliveries so far, repeated ones included.</summary>
    public long Deliveries => Interlocked.Read(ref deliveries);

    /// <summary>Deliveries of what had been delivered before.</summary>
    public long Repeated => Interlocked.Read(ref repeated);

    /// <summary>Messages that no app was given.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Completes once nothing waits to be delivered, or what is waited for does not come.</summary>
    public async Task IdleAsync()
    {
        Task waited;
        lock (guard) waited = idle.Task;
        if (await Task.WhenAny(waited, Task.Delay(Patience)) == waited) return;
        lock (guard)
        {
            pending = 0;
            idle.TrySetResult();
        }
    }

    internal async Task SubscribeAsync(AppSidecar replica, JsonElement wanted)
    {
        foreach (var subscription in wanted.EnumerateArray())
        {
            var topic = subscription.GetProperty("topic").GetString()!;
            // An app that was started again subscribes to nothing new.
            if (!subscriptions.TryAdd((replica, topic), subscription.GetProperty("routes").GetProperty("default").GetString()!)) continue;
            await server.SubscribeAsync(replica.AppId, topic, envelope => DeliverAsync(replica, topic, envelope));
        }
    }

    internal Task PublishAsync(string topic, byte[] envelope)
    {
        lock (guard)
        {
            var copies = subscriptions.Keys.Where(s => s.Topic == topic).Select(s => s.Replica.AppId).Distinct(StringComparer.Ordinal).Count();
            if (pending == 0 && copies > 0) idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pending += copies;
        }

        return server.PublishAsync(topic, Rewrite(envelope, topic));
    }

    static TaskCompletionSource Done()
    {
        TaskCompletionSource done = new();
        done.SetResult();
        return done;
    }

    // The runtime writes the envelope anew: keys in order, and its own additions.
    static byte[] Rewrite(byte[] envelope, string topic)
    {
        var fields = JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(envelope)!;
        fields["topic"] = JsonSerializer.SerializeToElement(topic);
        fields["pubsubname"] = JsonSerializer.SerializeToElement("pubsub");
        return JsonSerializer.SerializeToUtf8Bytes(fields);
    }

    async Task<bool> DeliverAsync(AppSidecar replica, string topic, byte[] envelope)
    {
        try
        {
            var number = Interlocked.Increment(ref deliveries);
            var path = subscriptions[(replica, topic)];
            if (!behaves && number % DroppedEvery == 0 || !await TryAsync(replica, path, envelope))
            {
                Interlocked.Increment(ref dropped);
                return false;
            }

            if (!behaves && number % TwiceEvery == 0 && await TryAsync(replica, path, envelope)) Interlocked.Increment(ref repeated);
            return true;
        }
        finally
        {
            lock (guard)
            {
                // More come than were given, where a broker doubles them.
                if (pending > 0 && --pending == 0) idle.TrySetResult();
            }
        }
    }

    async Task<bool> TryAsync(AppSidecar replica, string path, byte[] envelope)
    {
        await mesh.Trouble.AtAsync(replica.AppId, Point.Delivering);
        if (!replica.IsThere) return false;
        using var response = await replica.CallAppAsync(at => new HttpRequestMessage(HttpMethod.Post, new Uri(at, path))
        {
            Content = new ByteArrayContent(envelope) { Headers = { ContentType = new("application/cloudevents+json") } },
        }, Timeout.InfiniteTimeSpan, CancellationToken.None);
        return !await mesh.Trouble.AtAsync(replica.AppId, Point.Delivered) && response is { IsSuccessStatusCode: true };
    }
}
