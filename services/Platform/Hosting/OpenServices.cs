using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Google.Rpc;
using Grpc.AspNetCore.HealthChecks;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using V1 = Grpc.Reflection.V1;

namespace Doseline.Platform.Hosting;

/// <summary>What every host answers to anybody on its inner ports: how it is, whole or by served proto service, and what it serves. Neither has a policy, so neither has a door to the outside.</summary>
static class OpenServices
{
    const string Health = "grpc.health.v1.Health";
    const string Reflection = "grpc.reflection.v1.ServerReflection";

    // Who watches hears of a change no later than this.
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    public static void Add(IServiceCollection services)
    {
        services.AddGrpcHealthChecks();
        // The table is full once every module is composed, and the options are read later than that.
        services.AddOptions<GrpcHealthChecksOptions>().Configure<MethodTable>((health, methods) =>
        {
            foreach (var service in methods.Announced) health.Services.Map(service, _ => true);
        });
        services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Delay = publisher.Period = Every);
        services.AddGrpcReflection();
        // Every type of the contracts and of refusals' details: what is packed into a status is the type of no method.
        services.AddSingleton(p => SymbolRegistry.FromFiles([.. ContractMethods.Files, ErrorDetailsReflection.Descriptor, StatusReflection.Descriptor, HealthReflection.Descriptor, V1.ReflectionReflection.Descriptor]));
        services.AddSingleton(p => new ReflectionV1ServiceImpl(Served(p), p.GetRequiredService<SymbolRegistry>()));
        services.AddSingleton(p => new ReflectionServiceImpl(Served(p), p.GetRequiredService<SymbolRegistry>()));
    }

    static IEnumerable<string> Served(IServiceProvider host) => [.. host.GetRequiredService<MethodTable>().Announced, Health, Reflection];

    public static void Map(MethodRoutes routes)
    {
        routes.Add(Health, app => app.MapGrpcHealthChecksService());
        // And the one that it had before it had a version, which the router finds.
        routes.Add(Reflection, app => app.MapGrpcReflectionService());
    }
}
