using Doseline.Identity.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>What a service is to the cluster around it: read from its module, so that charts and policies are compared with the code.</summary>
/// <param name="Name">App id, topic and database.</param>
/// <param name="Calls">Services it calls, and which gRPC services of each, by full name; their logs are read beside that.</param>
/// <param name="Listens">Services whose facts it listens to: the topics.</param>
/// <param name="Facts">Facts it handles, by proto full name.</param>
/// <param name="Actors">Kinds of actors it hosts.</param>
/// <param name="Methods">gRPC methods it serves, with a leading slash.</param>
/// <param name="Doors">Outer ports it answers on: browsers, partners' gRPC.</param>
/// <param name="Database">True when it has a database of its own.</param>
public sealed record ServiceDescription(
    string Name, IReadOnlyDictionary<string, IReadOnlyList<string>> Calls, IReadOnlyList<string> Listens, IReadOnlyList<string> Facts, IReadOnlyList<string> Actors, IReadOnlyList<string> Methods, Doors Doors, bool Database)
{
    const string Identity = "identity";

    /// <summary>Describes a service.</summary>
    public static ServiceDescription Of(ServiceModule module)
    {
        using var app = (IDisposable)PlatformHost.Build(["--Pumps:Manual=true"], [module]);
        var services = ((Microsoft.AspNetCore.Builder.WebApplication)app).Services;
        var methods = services.GetRequiredService<MethodTable>().Methods;
        // A signature is checked with the keys of the service that made it, and each service has to: under its own methods, in facts that carry one,
        // and under the replay of a parked message. Who a caller of another provider is is asked there, and whoever is called under a procedure is asked about, too.
        List<(string Callee, string Service)> called = [(Identity, SigningService.Descriptor.FullName), (Identity, PeopleService.Descriptor.FullName)];
        if (methods.Values.Any(m => m.Policy.Procedure is not "")) called.Add((Identity, TrainingService.Descriptor.FullName));
        called.AddRange(services.GetServices<CalledServices>().Where(c => c.Caller == module.Name).SelectMany(c => c.Called));
        var facts = services.GetServices<FactRule>().Where(s => s.Service == module.Name).ToList();
        return new ServiceDescription(
            module.Name,
            called.Where(c => c.Callee != module.Name).GroupBy(c => c.Callee, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => Sorted(g.Select(c => c.Service)), StringComparer.Ordinal),
            Sorted(facts.Select(s => s.Publisher)),
            Sorted(facts.Select(s => s.Type)),
            Sorted(services.GetServices<ActorKind>().Where(a => a.Service == module.Name).Select(a => a.Type)),
            Sorted(methods.Where(m => m.Value.Service == module.Name).Select(m => m.Key)),
            services.GetServices<OuterPages>().Where(p => p.Service == module.Name).Aggregate(Doors.None, (all, pages) => all | pages.Doors),
            services.GetRequiredService<DatabaseTable>().Services.Contains(module.Name));
    }

    static IReadOnlyList<string> Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>That a service calls others.</summary>
/// <param name="Caller">Calling service.</param>
/// <param name="Called">Called services, and the gRPC services that are called there.</param>
sealed record CalledServices(string Caller, IReadOnlyList<(string Callee, string Service)> Called);

/// <summary>That a service answers on outer ports.</summary>
/// <param name="Service">The service.</param>
/// <param name="Doors">The ports.</param>
sealed record OuterPages(string Service, Doors Doors);
