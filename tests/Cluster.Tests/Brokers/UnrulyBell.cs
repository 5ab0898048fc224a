using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Doseline.Facts.V1;
using Doseline.Platform.Messaging;
using Doseline.Sidecar.Brokers;
using Google.Protobuf;

namespace Doseline.Cluster.Tests.Brokers;

/// <summary>What may happen to a ring on its way to the broker.</summary>
public enum Wrong
{
    /// <summary>It is taken and dropped.</summary>
    Lost,

    /// <summary>It is given twice.</summary>
    Doubled,

    /// <summary>The one after it comes before it.</summary>
    Reordered,

    /// <summary>It comes up to two seconds later.</summary>
    Delayed,

    /// <summary>Somebody who reaches the broker rings first, with facts that he made up.</summary>
    Forged,
}

/// <summary>A broker whose rings go wrong as a test wants it.</summary>
/// <param name="server">The broker.</param>
sealed class UnrulyBell(IBrokerServer server) : IBrokerServer
{
    readonly Random random = new(20261130);
    readonly Lock guard = new();
    readonly List<Task> late = [];
    readonly ConcurrentDictionary<string, bool> forged = new(StringComparer.Ordinal);
    int forgedHeard;
    byte[]? held;

    /// <summary>What goes wrong; null for nothing.</summary>
    public Wrong? Wrong { get; set; }

    /// <summary>To how many of a hundred rings.</summary>
    public int Percent { get; set; } = 30;

    /// <summary>How many rings it has happened to.</summary>
    public int Struck { get; private set; }

    /// <summary>How often a listener has been given a forged one and has answered: the broker may lose one as any other, and may bring one twice.</summary>
    public int ForgedHeard => forgedHeard;

    /// <summary>How many of the forged ones that were.</summary>
    public int ForgeriesHeard => forged.Count(ring => ring.Value);

    /// <summary>Waits until none of those that come late is on its way any more.</summary>
    public Task SettledAsync()
    {
        lock (guard) return Task.WhenAll(late);
    }

    /// <inheritdoc/>
    public async Task PublishAsync(string topic, byte[] envelope)
    {
        switch (Strikes())
        {
            case Brokers.Wrong.Lost:
                return;
            case Brokers.Wrong.Doubled:
                await server.PublishAsync(topic, envelope);
                break;
            case Brokers.Wrong.Reordered when Interlocked.Exchange(ref held, envelope) is null:
                return;
            case Brokers.Wrong.Delayed:
                lock (guard) late.Add(LaterAsync(topic, envelope, TimeSpan.FromMilliseconds(random.Next(2_000))));
                return;
            case Brokers.Wrong.Forged:
                var made = Forged(envelope);
                forged[Convert.ToBase64String(made)] = false;
                await server.PublishAsync(topic, made);
                break;
        }

        await server.PublishAsync(topic, envelope);
        if (Interlocked.Exchange(ref held, null) is { } before) await server.PublishAsync(topic, before);
    }

    /// <inheritdoc/>
    public Task SubscribeAsync(string app, string topic, Func<byte[], Task<bool>> deliver) => server.SubscribeAsync(app, topic, async envelope =>
    {
        var answered = await deliver(envelope);
        var ring = Convert.ToBase64String(envelope);
        if (!answered || !forged.ContainsKey(ring)) return answered;
        forged[ring] = true;
        Interlocked.Increment(ref forgedHeard);
        return answered;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(late);
        await server.DisposeAsync();
    }

    Wrong? Strikes()
    {
        lock (guard)
        {
            if (Wrong is not { } wrong || random.Next(100) >= Percent) return null;
            Struck++;
            return wrong;
        }
    }

    async Task LaterAsync(string topic, byte[] envelope, TimeSpan wait)
    {
        await Task.Delay(wait);
        await server.PublishAsync(topic, envelope);
    }

    // The signature of the true page over facts that nobody published, in their places.
    static byte[] Forged(byte[] envelope)
    {
        var ring = JsonNode.Parse(envelope)!;
        var page = ReadFactsResponse.Parser.ParseFrom(Convert.FromBase64String((string)ring["data_base64"]!));
        foreach (var fact in page.Facts)
        {
            fact.Data = """{"code":"forged"}""";
            fact.DataHash = Fact.HashOf(fact.Data);
        }

        ring["data_base64"] = Convert.ToBase64String(page.ToByteArray());
        return System.Text.Encoding.UTF8.GetBytes(ring.ToJsonString());
    }
}
