using Doseline.Kernel.Ids;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Testing.Faults;

/// <summary>Puts a platform on an unruly broker and a bad network.</summary>
public static class FaultServices
{
    /// <summary>Registers them in place of the in-process bus; identifiers come from the plan's seed.</summary>
    public static void AddFaults(this WebApplicationBuilder builder, UnrulyBroker broker)
    {
        var services = builder.Services;
        services.AddSingleton(broker).AddSingleton<UnrulyCalls>().AddSingleton<BrokerLink>();
        services.Replace(ServiceDescriptor.Singleton<IFactBus>(p => p.GetRequiredService<BrokerLink>()));
        services.AddSingleton<IPump>(p => p.GetRequiredService<BrokerLink>()).AddSingleton<IReminderPump>(p => p.GetRequiredService<BrokerLink>());
        services.Replace(ServiceDescriptor.Singleton(p => new IdSource(p.GetRequiredService<TimeProvider>(), broker.Plan.Fill)));
        // Added last, it is the innermost: what it loses was carried out and committed.
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<UnrulyCalls>());
    }
}
