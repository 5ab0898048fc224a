using System.Reflection;
using Doseline.Kernel.Rules;
using Doseline.Platform.Actors;
using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Doseline.Platform.Telemetry;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using RpcService = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Doseline.Platform.Hosting;

/// <summary>Collects what a service is made of.</summary>
public sealed class ModuleBuilder(
    string service, IServiceCollection services, IConfiguration config, MethodTable methods, LocalMethods local, MethodRoutes routes,
    List<(Doors Doors, Action<IEndpointRouteBuilder> Map)> pages, List<Action<IApplicationBuilder>> guards)
{
    /// <summary>For what the other verbs do not cover.</summary>
    public IServiceCollection Services => services;

    /// <summary>Configuration of the host.</summary>
    public IConfiguration Configuration => config;

    /// <summary>The service's database, on SQLite or PostgreSQL by <c>ConnectionStrings:{service}</c>, with what it keeps in order.</summary>
    public ModuleBuilder Database<TDb>() where TDb : ServiceDb
    {
        services.AddPooledDbContextFactory<TDb>((provider, options) => provider.GetRequiredService<DatabaseOptions>().Configure(service, options));
        services.AddScoped(provider =>
        {
            var db = provider.GetRequiredService<IDbContextFactory<TDb>>().CreateDbContext();
            db.LendTo(provider.GetRequiredService<DbScope>());
            return db;
        });
        services.AddSingleton(new ServiceDatabase(service, typeof(TDb)));
        services.AddSingleton<IPump>(p => ActivatorUtilities.CreateInstance<PurgePump<TDb>>(p, service));
        if (DaprSidecar.IsConfigured(config)) services.AddSingleton<IPump>(p => ActivatorUtilities.CreateInstance<DaprBell<TDb>>(p, service));
        services.AddSingleton<IPump>(p => ActivatorUtilities.CreateInstance<SealPump<TDb>>(p, service));
        services.AddSingleton<IPump>(p => ActivatorUtilities.CreateInstance<RehashPump<TDb>>(p, service));
        return this;
    }

    /// <summary>Serves a gRPC service; every method must declare its policy.</summary>
    /// <typeparam name="TApi">Derives from the generated <c>…ServiceBase</c>; scoped.</typeparam>
    public ModuleBuilder Api<TApi>() where TApi : class
    {
        methods.Announce(MethodRoutes.ServiceOf(typeof(TApi)), () => DescriptorOf(typeof(TApi).BaseType!.DeclaringType!));
        local.Add<TApi>();
        services.AddScoped<TApi>();
        routes.Add<TApi>();
        return this;
    }

    /// <summary>Serves plain HTTP on the web port (<see cref="PlatformHost.WebPort"/>): pages, sign-in, JSON. Nothing else answers there, and these answer nowhere else.</summary>
    /// <param name="map">Maps the endpoints.</param>
    /// <param name="doors">Which of the outer ports they answer on.</param>
    public ModuleBuilder Web(Action<IEndpointRouteBuilder> map, Doors doors = Doors.Web)
    {
        pages.Add((doors, map));
        services.AddSingleton(new OuterPages(service, doors));
        return this;
    }

    /// <summary>Stands before everything that comes by an outer port, of whatever module: headers, limits.</summary>
    public ModuleBuilder Guard(Action<IApplicationBuilder> use)
    {
        guards.Add(use);
        return this;
    }

    /// <summary>Listens to the facts of a service.</summary>
    /// <param name="publisher">Publishing service; it may be this one.</param>
    /// <param name="rules">Says which facts, and what is done about each.</param>
    public ModuleBuilder From(string publisher, Action<FactRules> rules)
    {
        rules(new FactRules(service, publisher, services));
        services.AddFactReader(service, publisher);
        return this;
    }

    /// <summary>Hosts a kind of actor; the service's deadlines are swept too.</summary>
    /// <param name="deadline">The earliest instant at which something happens to a state by itself; null when nothing does. Looks at the state and at nothing else.</param>
    public ModuleBuilder Actor<TActor, TDb, TRow>(Func<TRow, DateTimeOffset?> deadline)
        where TActor : Actor<TDb, TRow>
        where TDb : ServiceDb
        where TRow : class, IActorRow
    {
        var type = typeof(TActor).GetCustomAttribute<GrainTypeAttribute>() ?? throw new InvalidOperationException($"{typeof(TActor).Name} has no name: [GrainType(\"…\")].");
        services.AddSingleton(new ActorKind(service, type.GetGrainType(null!, null!).ToString()!, typeof(TRow), row => deadline((TRow)row)));
        if (services.Any(s => s.ServiceType == typeof(DeadlineSweep<TDb>))) return this;
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<DeadlineSweep<TDb>>(p, service));
        services.AddSingleton<DeadlineSweep>(p => p.GetRequiredService<DeadlineSweep<TDb>>()).AddSingleton<IReminderPump>(p => p.GetRequiredService<DeadlineSweep<TDb>>());
        return this;
    }

    /// <summary>Declares gRPC services that are called otherwise than by a generated client of <see cref="Calls{TClient}"/>: callee, and full name.</summary>
    public ModuleBuilder Calls(Func<IEnumerable<(string Callee, string Service)>> called)
    {
        services.AddSingleton(_ => new CalledServices(service, [.. called()]));
        return this;
    }

    /// <summary>Declares what values are questioned before they are recorded (<see cref="SecondLooks"/>).</summary>
    public ModuleBuilder Questions(params IReadOnlyList<Measure> measures)
    {
        services.AddSingleton(new QuestionedMeasures(service, measures));
        return this;
    }

    /// <summary>Registers something that is looked at whenever metrics are scraped, for example how much of a licence is used.</summary>
    public ModuleBuilder Measures<TMeasure>() where TMeasure : class, IMeasure
    {
        services.AddSingleton<IMeasure, TMeasure>();
        return this;
    }

    /// <summary>Calls another service: registers its generated client, which carries this service's token, correlation and a deadline.</summary>
    public ModuleBuilder Calls<TClient>() where TClient : ClientBase<TClient>
    {
        // Doseline.Inventory.V1 is the package doseline.inventory.v1.
        var callee = typeof(TClient).Namespace!.Split('.')[1].ToLowerInvariant();
        services.AddSingleton(_ => new CalledServices(service, [(callee, DescriptorOf(typeof(TClient).DeclaringType!).FullName)]));
        services.AddScoped(p =>
        {
            var channels = p.GetRequiredService<ServiceChannels>();
            var pipeline = new ClientPipeline(service, callee, p.GetRequiredService<IServiceTokens>(), p.GetRequiredService<Behalf>(), p.GetRequiredService<RequestContext>(), channels);
            return (TClient)Activator.CreateInstance(typeof(TClient), channels.InvokerOf(callee).Intercept(pipeline))!;
        });
        return this;
    }

    // Of the generated class around a base and a client.
    static RpcService DescriptorOf(Type generated) => (RpcService)generated.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}
