using Doseline.Audit.V1;
using Doseline.Kernel.Audit.Api;
using Doseline.Kernel.Audit.Sealing;
using Doseline.Kernel.Rpc;
using Doseline.Kernel.Signing;
using Doseline.Signing.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RpcService = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Doseline.Kernel.Hosting;

/// <summary>What every host serves for the services it hosts: their audit trails, messages and state. A request's field <c>service</c> chooses the database.</summary>
static class KernelServices
{
    public static void Add(IServiceCollection services, MethodTable methods, List<Action<IEndpointRouteBuilder>> endpoints)
    {
        services.AddSingleton<SealOptions>().AddSingleton<HeadWitness>().AddSingleton<AuditMeter>().AddSingleton<AuditSealer>();
        Serve<AuditApi>(AuditService.Descriptor);
        Serve<SignaturesApi>(SignaturesService.Descriptor);

        void Serve<TApi>(RpcService descriptor) where TApi : class
        {
            methods.AddOfKernel(descriptor);
            services.AddScoped<TApi>();
            endpoints.Add(app => app.MapGrpcService<TApi>());
        }
    }
}
