using Doseline.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Auth;

/// <summary>Registers who is trusted here.</summary>
static class AuthServices
{
    public static void AddAuth(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<KeyStore>();
        services.AddSingleton(p => new DevelopmentTokens(p.GetRequiredService<KeyStore>(), p.GetRequiredService<TimeProvider>(), config));
        services.AddSingleton<ITrustedIssuer>(p => p.GetRequiredService<DevelopmentTokens>());
        services.AddSingleton<InstallationTokens>().AddSingleton<ITrustedIssuer>(p => p.GetRequiredService<InstallationTokens>());
        // Read now, so that a host with an unsound issuer does not start.
        foreach (var issuer in IssuerOptions.Read(config))
        {
            services.AddSingleton<ITrustedIssuer>(p => new RemoteIssuer(issuer, new KeySet(issuer, Client(), WallClock.Pace, p.GetRequiredService<ILogger<KeySet>>())));
        }

        services.AddSingleton<Behalf>().AddSingleton<TrainingGate>().AddSingleton<PersonGate>();
        services.TryAddSingleton<ITokenReader, BearerTokens>();
        services.TryAddSingleton<IServiceTokens>(p => p.GetRequiredService<InstallationTokens>());
    }

    // No redirects: an answer from another place is not the provider's.
    static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = 256 * 1024,
    };
}
