using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Doseline.Sidecar.Brokers;

/// <summary>Redis on loopback, its streams written and read as Dapr's component does with the metadata that the chart renders.</summary>
public sealed class RedisServer : IBrokerServer
{
    /// <summary>Where it is installed.</summary>
    public const string Program = "/usr/bin/redis-server";

    // What a sidecar reads at a time, and how many of them it has under way.
    const int Batch = 100;
    const int Workers = 10;

    readonly ConnectionMultiplexer connection;
    readonly IReadOnlyDictionary<string, string> component;
    readonly CancellationTokenSource over = new();

    RedisServer(ServerProgram program, ConnectionMultiplexer connection, IReadOnlyDictionary<string, string> component) => (Server, this.connection, this.component) = (program, connection, component);

    /// <summary>The server itself.</summary>
    public ServerProgram Server { get; }

    /// <summary>Starts it.</summary>
    /// <param name="component">Metadata of the pub/sub component.</param>
    public static async Task<RedisServer> StartAsync(IReadOnlyDictionary<string, string> component)
    {
        var port = ServerProgram.FreePort();
        var program = ServerProgram.Start(Program, ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]);
        var connected = await program.UntilAsync(() => ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { new IPEndPoint(IPAddress.Loopback, port) }, AbortOnConnectFail = true, AsyncTimeout = 3_000, ReconnectRetryPolicy = new LinearRetry(200),
        }));
        return new RedisServer(program, connected, component);
    }

    /// <summary>How many entries the stream of a topic holds.</summary>
    public Task<long> LengthAsync(string topic) => connection.GetDatabase().StreamLengthAsync(topic);

    /// <inheritdoc/>
    public Task PublishAsync(string topic, byte[] envelope) => connection.GetDatabase().ExecuteAsync("XADD", [topic, .. Trimmed(), "*", "data", envelope]);

    /// <inheritdoc/>
    public async Task SubscribeAsync(string app, string topic, Func<byte[], Task<bool>> deliver)
    {
        try
        {
            await connection.GetDatabase().StreamCreateConsumerGroupAsync(topic, app, StreamPosition.Beginning, createStream: true);
        }
        catch (RedisServerException there) when (there.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // It was here before, or another replica made it.
        }

        _ = ReadAsync(app, topic, deliver);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await connection.DisposeAsync();
        await Server.DisposeAsync();
        over.Dispose();
    }

    // The length is what counts where both are given.
    object[] Trimmed()
    {
        if (component.TryGetValue("maxLenApprox", out var most)) return ["MAXLEN", "~", most];
        if (!component.TryGetValue("streamTTL", out var life)) return [];
        var oldest = DateTimeOffset.UtcNow.AddSeconds(-double.Parse(life.TrimEnd('s'), CultureInfo.InvariantCulture)).ToUnixTimeMilliseconds();
        return ["MINID", "~", $"{oldest}-1"];
    }

    async Task ReadAsync(string app, string topic, Func<byte[], Task<bool>> deliver)
    {
        var database = connection.GetDatabase();
        using SemaphoreSlim workers = new(Workers);
        while (!over.IsCancellationRequested)
        {
            try
            {
                // Both replicas read under one name, as the component does.
                var entries = await database.StreamReadGroupAsync(topic, app, app, StreamPosition.NewMessages, Batch);
                foreach (var entry in entries)
                {
                    await workers.WaitAsync(over.Token);
                    _ = DeliverAsync(entry, workers);
                }

                if (entries is []) await Task.Delay(2, over.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or RedisException)
            {
                if (over.IsCancellationRequested) return;
                await Task.Delay(100);
            }
        }

        // Neither redelivered nor claimed (redeliverInterval and processingTimeout 0): what is not taken stays pending, and goes with the stream.
        async Task DeliverAsync(StreamEntry entry, SemaphoreSlim places)
        {
            try
            {
                if (await deliver((byte[])entry["data"]!)) await database.StreamAcknowledgeAsync(topic, app, entry.Id);
            }
            catch (Exception away) when (away is ObjectDisposedException or RedisException)
            {
                // Acknowledged or not: nobody asks for it again.
            }
            finally
            {
                if (!over.IsCancellationRequested) places.Release();
            }
        }
    }
}
