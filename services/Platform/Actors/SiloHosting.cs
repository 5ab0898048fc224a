using System.Net;
using Doseline.Platform.Certificates;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;

namespace Doseline.Platform.Actors;

/// <summary>
/// Hosts a silo where a module has actors. Without <c>Cluster:Address</c> it is the only one and opens no port. With it, the silos of one service
/// find each other in that service's own PostgreSQL database; <c>Cluster:Address</c> (the pod's) and <c>Cluster:Port</c> are where the others reach this one,
/// with TLS where <see cref="SiloTls"/> has certificates.
/// </summary>
static class SiloHosting
{
    /// <summary>Port of silos among themselves.</summary>
    public const int PortDefault = 11111;

    public static void AddSilo(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Select(s => s.ImplementationInstance).OfType<ActorKind>().Select(k => k.Service).Distinct(StringComparer.Ordinal).ToList() is not [_, ..] hosting) return;
        var before = services.Count;
        builder.UseOrleans(silo =>
        {
            Configure(silo, builder.Configuration);
            if (builder.Configuration["Cluster:Address"] is { Length: > 0 }) UseCluster(silo, builder.Configuration, hosting);
            else UseOneSilo(silo);
        });
        // The library's silo starts before the host listens; ours starts beside it.
        var start = services.Skip(before).Single(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name is "SiloHostedService");
        services.Remove(start);
        services.AddSingleton(start.ImplementationType!);
        services.AddSingleton(new SiloStart.Options(start.ImplementationType!, AtOnce: !builder.Configuration.GetValue("Pumps:Manual", false)));
        services.AddSingleton<SiloStart>().AddSingleton<IHostedService>(p => p.GetRequiredService<SiloStart>());
    }

    static void Configure(ISiloBuilder silo, IConfiguration config)
    {
        silo.Services.AddSingleton<ActorWorld>().AddScoped<ActorDirectory>();
        // Grains live by the platform's clock, the silo itself by the machine's, so that a simulated clock does not stop it.
        silo.Services.AddKeyedSingleton<TimeProvider>(KeyedService.AnyKey, (_, _) => WallClock.Pace);
        silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, (services, _) => services.GetRequiredService<TimeProvider>());
        silo.Services.AddSingleton<ProtobufCodec>();
        silo.Services.AddSingleton<IGeneralizedCodec>(s => s.GetRequiredService<ProtobufCodec>());
        silo.Services.AddSingleton<IGeneralizedCopier>(s => s.GetRequiredService<ProtobufCodec>());
        silo.Services.AddSingleton<ITypeFilter>(s => s.GetRequiredService<ProtobufCodec>());
        silo.AddOutgoingGrainCallFilter<ActorUnavailable>();
        silo.AddActivityPropagation();
        silo.Configure<SiloMessagingOptions>(options =>
        {
            // Below the deadline of callers inside, above the slowest turn.
            options.ResponseTimeout = config.GetValue("Actors:Patience", TimeSpan.FromSeconds(10));
            // A turn that hangs longer than this is given up: its actor lives anew, and the version keeps out what the hung turn might still save.
            options.MaxRequestProcessingTime = config.GetValue("Actors:TurnMax", TimeSpan.FromMinutes(1));
        });
        silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = config.GetValue("Actors:IdleMax", TimeSpan.FromMinutes(15)));
        // Room for a million addresses of grains elsewhere takes 35 MiB.
        silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = 1_000);
        // Its timer would go off every second of the grains' clock, and placement does not need it.
        silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.Zero);
    }

    static void UseCluster(ISiloBuilder silo, IConfiguration config, List<string> hosting)
    {
        if (hosting is not [var service]) throw new SettingException($"Cluster:Address is for a process with one service; this one hosts actors of {string.Join(", ", hosting)}.");
        var database = config.GetConnectionString(service);
        if (database?.Contains("Host=", StringComparison.OrdinalIgnoreCase) is not true) throw new SettingException($"Cluster:Address needs ConnectionStrings:{service} to name a PostgreSQL database.");
        SiloTls.Of(config, service)?.On(silo);
        silo.Services.AddHealthChecks().AddCheck<SiloHealth>("actors");
        // Names that stay the same over versions: another one would make two clusters over one database.
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = ($"doseline-{service}", $"doseline-{service}"));
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
        // No gateway: whoever asks actors hosts them.
        silo.ConfigureEndpoints(config.Address("Cluster:Address", "127.0.0.1"), config.Port("Cluster:Port", PortDefault), gatewayPort: 0);
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = config.GetValue("Cluster:ProbeEvery", TimeSpan.FromSeconds(1));
            options.NumMissedProbesLimit = config.GetValue("Cluster:ProbesMissedMax", 3);
            // Whoever reaches none of the others, or is not let in by them, ends, and is told so.
            options.MaxJoinAttemptTime = config.GetValue("Cluster:JoinWithin", TimeSpan.FromMinutes(2));
            options.TableRefreshTimeout = TimeSpan.FromSeconds(15);
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
        });
    }

    static void UseOneSilo(ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(gatewayPort: 0);
        // The keys of the silo's own listeners are the library's secret; whatever is listened with is replaced.
        foreach (var key in silo.Services.Where(s => s.IsKeyedService && s.ServiceType == typeof(IConnectionListenerFactory)).Select(s => s.ServiceKey).ToList())
            silo.Services.AddKeyedSingleton<IConnectionListenerFactory>(key, new NoListener());
    }

    sealed class NoListener : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new Silent(endpoint));

        sealed class Silent(EndPoint endpoint) : IConnectionListener
        {
            readonly TaskCompletionSource<ConnectionContext?> over = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public EndPoint EndPoint => endpoint;

            public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(over.Task.WaitAsync(cancellationToken));

            public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
            {
                over.TrySetResult(null);
                return default;
            }

            public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);
        }
    }
}
