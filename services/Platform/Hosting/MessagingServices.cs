using Doseline.Kernel.Ids;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Messaging.Delivery;
using Doseline.Platform.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Doseline.Platform.Hosting;

/// <summary>Registers facts, deadlines and actors, in process or through the Dapr sidecar.</summary>
static class MessagingServices
{
    public static void AddMessaging(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<OutboxSignals>().AddSingleton<WatchSignals>().AddSingleton<ReminderWakes>();
        services.AddSingleton<MessagingOptions>().AddSingleton<MessagingMeter>();
        // A container that is started again in its pod takes its own leases back at once: what held them is dead.
        services.AddSingleton(p => new Replica(config["POD_NAME"] ?? $"{Environment.MachineName}/{p.GetRequiredService<IdSource>().New()}"));
        services.AddSingleton<FactDispatcher>().AddSingleton<FactDelivery>().AddSingleton<ParkedMessages>();
        services.AddSingleton<ActorHost>().AddSingleton<IMeasure, MessageMeasure>();

        // Two of the three registrations in which a laptop and a cluster differ; the third is where calls go (ServiceChannels).
        if (!DaprSidecar.IsConfigured(config))
        {
            services.AddSingleton<IFactBus, LocalFactBus>().AddScoped<IActors, LocalActors>();
            return;
        }

        services.AddSingleton<DaprSidecar>().AddSingleton<IFactBus, DaprFactBus>().AddScoped<IActors, DaprActors>();
        services.AddSingleton<DaprTurns>().AddSingleton<DaprSubscriber>().AddSingleton<IHostedService, DaprReminders>();
    }
}
