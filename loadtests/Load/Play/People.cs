using Doseline.Platform.Auth;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;

namespace Doseline.Load.Play;

/// <summary>The people of the day and their connections.</summary>
sealed class People : IDisposable
{
    static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(12);
    readonly LoadOptions options;
    readonly DevelopmentTokens? issuer;
    readonly GrpcChannel[] channels;

    public People(LoadOptions options)
    {
        this.options = options;
        if (options.Keys is { } directory)
        {
            if (!Directory.Exists(directory)) throw new LoadException($"There is no directory {directory}; name the Keys:Directory of the platform.");
            issuer = new DevelopmentTokens(new KeyStore(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", directory)]).Build()), TimeProvider.System);
        }

        // Several connections, as several hospitals have; one would queue at its limit of 100 calls at a time.
        channels = [.. Enumerable.Range(0, 4).Select(_ => GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } }))];
    }

    /// <summary>Calls with the rights of one role.</summary>
    public CallInvoker As(string role) => As(role, 0);

    /// <summary>Calls with the rights of one role, one invoker for each connection.</summary>
    public CallInvoker[] Everywhere(string role) => [.. channels.Select((_, i) => As(role, i))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in channels) channel.Dispose();
    }

    /// <summary>Calls with a token that somebody signed in for.</summary>
    public CallInvoker With(string token) => With(token, 0);

    CallInvoker As(string role, int channel) => With(
        options.Tokens.TryGetValue(role, out var given) ? given
            : issuer?.Issue(new Caller { Subject = $"person:load {role}", Name = $"load {role}", Roles = [role], Sites = [Caller.AllSites] }, TokenLifetime)
            ?? throw new LoadException($"No token for the role {role}: give --keys, or --token {role}=…."), channel);

    CallInvoker With(string token, int channel) => channels[channel].Intercept(metadata =>
    {
        metadata.Add("authorization", $"Bearer {token}");
        return metadata;
    });
}
