using Doseline.Platform.Rpc;
using Grpc.AspNetCore.HealthChecks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Doseline.Platform.Hosting;

/// <summary>What every host answers to anybody on its inner ports: how it is, whole or by served proto service, and what it serves. Neither has a policy, so neither has a door to the outside.</summary>
static class OpenServices
{
    // Who watches hears of a change no later than this.
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    public static void Add(IServiceCollection services)
    {
        services.AddGrpcHealthChecks();
        // The table is full once every module is composed, and the options are read later than that.
        services.AddOptions<GrpcHealthChecksOptions>().Configure<MethodTable>((health, methods) =>
        {
            foreach (var service in methods.Services) health.Services.Map(service.FullName, _ => true);
        });
        services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Delay = publisher.Period = Every);
        services.AddGrpcReflection();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
    }
}
