using System.Diagnostics;
using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Doseline.Sidecar.Brokers;

/// <summary>RabbitMQ on loopback, written and read as Dapr's component does with the metadata that the chart renders: an exchange for each topic, a queue for each app and topic.</summary>
public sealed class RabbitServer : IBrokerServer
{
    /// <summary>Where it is installed: the script that may be run by anybody; the one in the path wants a user of its own.</summary>
    public const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    // After a cut a sidecar publishes nothing for as long.
    static readonly TimeSpan Reconnecting = TimeSpan.FromSeconds(3);

    readonly IConnection connection;
    readonly IChannel publishing;
    readonly IReadOnlyDictionary<string, string> component;
    readonly SemaphoreSlim turn = new(1, 1);
    readonly string epmdPort;

    RabbitServer(ServerProgram program, IConnection connection, IChannel publishing, IReadOnlyDictionary<string, string> component, string epmdPort) =>
        (Server, this.connection, this.publishing, this.component, this.epmdPort) = (program, connection, publishing, component, epmdPort);

    /// <summary>The server itself.</summary>
    public ServerProgram Server { get; }

    /// <summary>Starts it.</summary>
    /// <param name="component">Metadata of the pub/sub component.</param>
    public static async Task<RabbitServer> StartAsync(IReadOnlyDictionary<string, string> component)
    {
        var (port, distribution, epmd) = (ServerProgram.FreePort(), ServerProgram.FreePort(), ServerProgram.FreePort().ToString(CultureInfo.InvariantCulture));
        var program = ServerProgram.Start(Program, [], folder =>
        {
            File.WriteAllText(Path.Combine(folder, "enabled_plugins"), "[].");
            return new Dictionary<string, string>
            {
                ["HOME"] = folder, ["RABBITMQ_NODENAME"] = $"doseline{port}@localhost", ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1", ["RABBITMQ_NODE_PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["RABBITMQ_DIST_PORT"] = distribution.ToString(CultureInfo.InvariantCulture), ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"), ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
                ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "none"), ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "none"), ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
                // One scheduler that does not spin: it shares the processor with what is tested.
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1", ["ERL_EPMD_PORT"] = epmd,
            };
        });
        ConnectionFactory factory = new() { HostName = "127.0.0.1", Port = port, NetworkRecoveryInterval = Reconnecting, ContinuationTimeout = TimeSpan.FromSeconds(3) };
        var connected = await program.UntilAsync(() => factory.CreateConnectionAsync());
        return new RabbitServer(program, connected, await connected.CreateChannelAsync(), component, epmd);
    }

    /// <inheritdoc/>
    public async Task PublishAsync(string topic, byte[] envelope)
    {
        await turn.WaitAsync();
        try
        {
            await ExchangeAsync(publishing, topic);
            await publishing.BasicPublishAsync(topic, "", mandatory: false, new BasicProperties { DeliveryMode = DeliveryModes.Transient }, envelope);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task SubscribeAsync(string app, string topic, Func<byte[], Task<bool>> deliver)
    {
        var places = ushort.Parse(component["prefetchCount"], CultureInfo.InvariantCulture);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, consumerDispatchConcurrency: places));
        await ExchangeAsync(channel, topic);
        var queue = await channel.QueueDeclareAsync($"{app}-{topic}", Is("durable"), exclusive: false, Is("deletedWhenUnused"), new Dictionary<string, object?>
        {
            ["x-message-ttl"] = int.Parse(component["ttlInSeconds"], CultureInfo.InvariantCulture) * 1000,
        });
        await channel.QueueBindAsync(queue.QueueName, topic, "");
        await channel.BasicQosAsync(0, places, global: false);
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            var taken = await deliver(message.Body.ToArray());
            try
            {
                if (taken) await channel.BasicAckAsync(message.DeliveryTag, multiple: false);
                else await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: Is("requeueInFailure"));
            }
            catch (Exception away) when (away is AlreadyClosedException or ObjectDisposedException)
            {
                // The server has gone meanwhile; what it still has of this, it gives again.
            }
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: false, consumer);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await publishing.DisposeAsync();
        await connection.DisposeAsync();
        await Server.DisposeAsync();
        // Erlang's own name server, which its first node leaves behind.
        using var ended = Process.Start(new ProcessStartInfo("epmd", ["-port", epmdPort, "-kill"]) { UseShellExecute = false, RedirectStandardOutput = true });
        if (ended is not null) await ended.WaitForExitAsync();
        turn.Dispose();
    }

    bool Is(string name) => component[name] is "true";

    Task ExchangeAsync(IChannel channel, string topic) => channel.ExchangeDeclareAsync(topic, ExchangeType.Fanout, Is("durable"), Is("deletedWhenUnused"));
}
