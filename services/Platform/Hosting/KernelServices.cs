using Doseline.Audit.V1;
using Doseline.Facts.V1;
using Doseline.Operations.V1;
using Doseline.Platform.Audit.Api;
using Doseline.Platform.Audit.Retention;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Operations;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Signing.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RpcService = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Doseline.Platform.Hosting;

/// <summary>What every host serves for the services it hosts: their audit trails, facts, messages and state. A request's field <c>service</c> chooses the database.</summary>
static class KernelServices
{
    public static void Add(IServiceCollection services, MethodTable methods, List<Action<IEndpointRouteBuilder>> endpoints)
    {
        services.AddSingleton<SealOptions>().AddSingleton<HeadWitness>().AddSingleton<AuditMeter>().AddSingleton<AuditSealer>();
        services.AddSingleton<RetentionOptions>();
        Serve<AuditApi>(AuditService.Descriptor);
        Serve<SignaturesApi>(SignaturesService.Descriptor);
        Serve<RetentionApi>(RetentionService.Descriptor);
        Serve<FactsApi>(FactsService.Descriptor);
        Serve<MessagesApi>(MessagesService.Descriptor);
        Serve<SystemApi>(SystemService.Descriptor);

        void Serve<TApi>(RpcService descriptor) where TApi : class
        {
            methods.AddOfKernel(descriptor);
            services.AddScoped<TApi>();
            endpoints.Add(app => app.MapGrpcService<TApi>());
        }
    }
}
