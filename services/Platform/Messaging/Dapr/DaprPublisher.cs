using Dapr.Client;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Publishes to the broker through the sidecar's gRPC port.</summary>
public sealed class DaprPublisher(IConfiguration config, DaprSidecar sidecar) : IDisposable
{
    // A ring that is older says nothing that the listeners have not seen by themselves.
    static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["ttlInSeconds"] = "60" };

    readonly DaprClient client = new DaprClientBuilder()
        .UseGrpcEndpoint($"http://127.0.0.1:{config["DAPR_GRPC_PORT"]}").UseDaprApiToken(config["DAPR_API_TOKEN"] ?? "").Build();

    readonly TimeSpan timeout = config.GetValue("Dapr:Timeout", TimeSpan.FromSeconds(10));

    /// <summary>Publishes an envelope.</summary>
    /// <param name="topic">Topic: the publishing service.</param>
    /// <param name="envelope">A CloudEvent.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task PublishAsync(string topic, ReadOnlyMemory<byte> envelope, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        await client.PublishByteEventAsync(sidecar.PubSub, topic, envelope, Rings.MediaType, Metadata, limit.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
