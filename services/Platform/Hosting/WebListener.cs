using System.Net;
using Doseline.Platform.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Hosting;

/// <summary>Doors through which the outside comes in; everything that names no door answers on the inner ports only.</summary>
[Flags]
public enum Doors
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Browsers: <c>Ports:Web</c>.</summary>
    Web = 1,

    /// <summary>Partners' systems: <c>Ports:Grpc</c>, HTTP/2 without TLS, or with TLS and, where wanted, client certificates.</summary>
    Grpc = 2,
}

/// <summary>The outer ports and the wall around them: what is meant for the outside answers there only, and nothing else does.</summary>
/// <remarks>Without the wall a browser could reach the sidecar's routes and the probes, and a sidecar the sign-in pages.</remarks>
static class WebListener
{
    sealed record ForDoors(Doors Doors);

    static readonly object Mark = new();

    /// <summary>Listens on <c>Ports:Web</c>, and on <c>Ports:Grpc</c> when a module answers there.</summary>
    public static void Open(KestrelServerOptions kestrel, IPAddress address, IConfiguration config, Doors doors)
    {
        var tls = doors is Doors.None ? null : TlsDoor.Of(config);
        if (doors.HasFlag(Doors.Web)) Listen(kestrel, address, config.Port("Ports:Web", PlatformHost.WebPort), Doors.Web, HttpProtocols.Http1AndHttp2, config.GetValue("Tls:Web", true) ? tls : null);
        // Without TLS nothing tells the versions apart, so the port is for the one that gRPC speaks.
        if (doors.HasFlag(Doors.Grpc))
            Listen(kestrel, address, config.Port("Ports:Grpc", PlatformHost.GrpcPort), Doors.Grpc, tls is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2, tls);
    }

    /// <summary>Maps endpoints so that they answer at their doors only.</summary>
    public static void Map(WebApplication app, IReadOnlyList<(Doors Doors, Action<IEndpointRouteBuilder> Map)> pages)
    {
        IEndpointRouteBuilder routes = app;
        routes.DataSources.Add(new LateEndpoints(app, late =>
        {
            foreach (var (doors, map) in pages) map(late.MapGroup("").WithMetadata(new ForDoors(doors)));
        }));
    }

    /// <summary>The door a request came by; <see cref="Doors.None"/> for the inner ports.</summary>
    public static Doors DoorOf(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Mark, out var door) is true ? (Doors)door! : Doors.None;

    static void Listen(KestrelServerOptions kestrel, IPAddress address, int port, Doors door, HttpProtocols protocols, TlsDoor? tls) =>
        kestrel.Listen(address, port, endpoint =>
        {
            endpoint.Protocols = protocols;
            // A browser would ask its user for a certificate; partners have a port of their own.
            tls?.On(endpoint, clients: door is Doors.Grpc);
            endpoint.Use(next => connection =>
            {
                connection.Items[Mark] = door;
                return next(connection);
            });
        });

    /// <summary>Leaves out of each choice what answers at other doors, so that one path may mean different things inside and outside.</summary>
    public sealed class Wall : MatcherPolicy, IEndpointSelectorPolicy
    {
        /// <inheritdoc/>
        public override int Order => 0;

        /// <inheritdoc/>
        public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

        /// <inheritdoc/>
        public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
        {
            var door = DoorOf(httpContext);
            for (var i = 0; i < candidates.Count; i++)
            {
                // What is no route is the router's own answer, such as "method not allowed".
                if (!candidates.IsValidCandidate(i) || candidates[i].Endpoint is not RouteEndpoint endpoint) continue;
                var doors = endpoint.Metadata.GetMetadata<ForDoors>()?.Doors ?? Doors.None;
                if (door is Doors.None ? doors is not Doors.None : !doors.HasFlag(door)) candidates.SetValidity(i, false);
            }

            return Task.CompletedTask;
        }
    }
}
