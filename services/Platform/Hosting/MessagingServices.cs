using Doseline.Kernel.Ids;
using Doseline.Platform.Actors;
using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Messaging.Delivery;
using Doseline.Platform.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>Registers facts, in process or through the Dapr sidecar, and deadlines.</summary>
static class MessagingServices
{
    public static void AddMessaging(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<OutboxSignals>().AddSingleton<WatchSignals>();
        services.AddSingleton<MessagingOptions>().AddSingleton<MessagingMeter>();
        // A container that is started again in its pod takes its own leases back at once: what held them is dead.
        services.AddSingleton(p => new Replica(config["POD_NAME"] ?? $"{Environment.MachineName}/{p.GetRequiredService<IdSource>().New()}"));
        services.AddSingleton<FactDispatcher>().AddSingleton<FactDelivery>().AddSingleton<ParkedMessages>();
        services.AddSingleton<IMeasure, MessageMeasure>();
        services.AddSingleton<ActorKinds>().AddSingleton<DeadlineBoard>().AddSingleton<ActorMeter>().AddSingleton<IMeasure, DeadlineMeasure>();

        // One of the three registrations in which a laptop and a cluster differ; the others are where calls go (ServiceChannels) and where actors live (SiloHosting).
        if (!DaprSidecar.IsConfigured(config))
        {
            services.AddSingleton<IFactBus, LocalFactBus>();
            return;
        }

        services.AddSingleton<DaprSidecar>().AddSingleton<IFactBus, DaprFactBus>().AddSingleton<DaprSubscriber>();
    }
}
