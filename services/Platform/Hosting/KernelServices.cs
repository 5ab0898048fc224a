using Doseline.Audit.V1;
using Doseline.Facts.V1;
using Doseline.Operations.V1;
using Doseline.Platform.Audit.Api;
using Doseline.Platform.Audit.Retention;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Operations;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Signing.V1;
using Doseline.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using RpcService = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Doseline.Platform.Hosting;

/// <summary>What every host serves for the services it hosts: their audit trails, facts, messages and state. A request's field <c>service</c> chooses the database.</summary>
static class KernelServices
{
    public static void Add(IServiceCollection services, MethodTable methods, MethodRoutes routes)
    {
        services.AddSingleton<SealOptions>().AddSingleton<HeadWitness>().AddSingleton<AuditMeter>().AddSingleton<IMeasure, AuditMeasure>().AddSingleton<AuditSealer>().AddSingleton<SealedRows>();
        services.AddSingleton<RetentionOptions>();
        Serve<AuditApi>(() => AuditService.Descriptor);
        Serve<SignaturesApi>(() => SignaturesService.Descriptor);
        Serve<RetentionApi>(() => RetentionService.Descriptor);
        Serve<FactsApi>(() => FactsService.Descriptor);
        Serve<MessagesApi>(() => MessagesService.Descriptor);
        Serve<SystemApi>(() => SystemService.Descriptor);
        Serve<PlausibilityApi>(() => PlausibilityService.Descriptor);

        void Serve<TApi>(Func<RpcService> descriptor) where TApi : class
        {
            methods.Announce(MethodRoutes.ServiceOf(typeof(TApi)), descriptor, ofKernel: true);
            services.AddScoped<TApi>();
            routes.Add<TApi>();
        }
    }
}
