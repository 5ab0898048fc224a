using Doseline.Kernel.Ids;
using Doseline.Platform.Actors;
using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>Registers facts, in process or through the Dapr sidecar, and deadlines.</summary>
static class MessagingServices
{
    public static void AddMessaging(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<PumpSignals>().AddSingleton<WatchSignals>();
        services.AddSingleton<MessagingOptions>().AddSingleton<MessagingMeter>();
        // A container that is started again in its pod takes its own leases back at once: what held them is dead.
        services.AddSingleton(p => new Replica(config["POD_NAME"] ?? $"{Environment.MachineName}/{p.GetRequiredService<IdSource>().New()}"));
        services.AddSingleton<FactTable>().AddSingleton<Bell>().AddSingleton<PageSeal>().AddSingleton<IFactSource, FactSource>();
        services.AddSingleton<FactWork>().AddSingleton<FactWaits>().AddSingleton<FactForks>().AddSingleton<LogsAway>().AddSingleton<ParkedFacts>();
        services.AddSingleton<IMeasure, MessageMeasure>();
        services.AddSingleton<ActorKinds>().AddSingleton<DeadlineBoard>().AddSingleton<ActorMeter>().AddSingleton<IMeasure, DeadlineMeasure>();

        // One of the registrations in which a laptop and a cluster differ; the others are where calls go (ServiceChannels) and where actors live (SiloHosting).
        if (DaprSidecar.IsConfigured(config)) services.AddSingleton<DaprSidecar>().AddSingleton<DaprPublisher>().AddSingleton<DaprRings>();
    }

    /// <summary>Registers what reads the facts of a publisher for a listener.</summary>
    public static void AddFactReader(this IServiceCollection services, string service, string publisher)
    {
        services.AddKeyedSingleton((service, publisher), (p, _) => ActivatorUtilities.CreateInstance<FactReader>(p, service, publisher));
        services.AddSingleton<IPump>(p => p.GetRequiredKeyedService<FactReader>((service, publisher)));
        services.AddSingleton<IReminderPump>(p => p.GetRequiredKeyedService<FactReader>((service, publisher)));
    }
}
