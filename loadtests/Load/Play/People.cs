using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Doseline.Load.Play;

/// <summary>The people of the day and their connections.</summary>
/// <param name="address">Where the platform answers.</param>
/// <param name="tokenOf">A token with the rights of one role.</param>
sealed class People(Uri address, Func<string, string> tokenOf) : IDisposable
{
    // Several connections, as several hospitals have; one would queue at its limit of 100 calls at a time.
    readonly GrpcChannel[] channels = [.. Enumerable.Range(0, 4).Select(_ => GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } }))];

    /// <summary>Calls with the rights of one role.</summary>
    public CallInvoker As(string role) => As(role, 0);

    /// <summary>Calls with the rights of one role, one invoker for each connection.</summary>
    public CallInvoker[] Everywhere(string role) => [.. channels.Select((_, i) => As(role, i))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in channels) channel.Dispose();
    }

    CallInvoker As(string role, int channel)
    {
        var bearer = $"Bearer {tokenOf(role)}";
        return channels[channel].Intercept(metadata =>
        {
            metadata.Add("authorization", bearer);
            return metadata;
        });
    }
}
