using Doseline.Kernel.Ids;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Testing.Faults;

/// <summary>Puts a platform on unruly logs and a bad network.</summary>
public static class FaultServices
{
    /// <summary>Registers them; identifiers come from the plan's seed.</summary>
    public static void AddFaults(this WebApplicationBuilder builder, UnrulyLogs logs)
    {
        var services = builder.Services;
        services.AddSingleton(logs).AddSingleton<UnrulyCalls>().AddSingleton<FactSource>().AddSingleton<UnrulySource>();
        services.Replace(ServiceDescriptor.Singleton<IFactSource>(p => p.GetRequiredService<UnrulySource>()));
        services.AddSingleton<IReminderPump>(p => p.GetRequiredService<UnrulySource>());
        services.Replace(ServiceDescriptor.Singleton(p => new FactTable(p.GetServices<FactRule>().Select(rule => rule with
        {
            HandleAsync = async (scope, message, fact, cancel) =>
            {
                Crashes.May(logs.Plan, p, "before a fact was handled, after those before it");
                await rule.HandleAsync(scope, message, fact, cancel);
                Crashes.May(logs.Plan, p, "after a handler ran, before its save");
            },
        }))));
        services.Replace(ServiceDescriptor.Singleton(p => new IdSource(p.GetRequiredService<TimeProvider>(), logs.Plan.Fill)));
        // Added last, it is the innermost: what it loses was carried out and committed.
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<UnrulyCalls>());
    }
}
