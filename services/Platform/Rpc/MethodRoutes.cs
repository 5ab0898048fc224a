using System.Collections.Frozen;
using Doseline.Platform.Hosting;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Doseline.Platform.Rpc;

/// <summary>
/// The gRPC services of this host. Each is mapped when it is first called, for mapping all of them is a third of a start; and a method is found by
/// its path, in one look-up, before the router is asked. What is not known here is the router's, which then gets them all.
/// </summary>
/// <remarks>
/// Ours because the router compiles a tree of all paths at its first use, a tenth of a second of processor for each level of it, and then walks it
/// at every call; the path of a gRPC method is one literal.
/// </remarks>
public sealed class MethodRoutes : EndpointDataSource, IMiddleware
{
    readonly Lock guard = new();
    readonly Dictionary<string, Lazy<Mapped>> services = new(StringComparer.Ordinal);
    IEndpointRouteBuilder? app;

    /// <inheritdoc/>
    public override IReadOnlyList<Endpoint> Endpoints => [.. services.Values.SelectMany(s => s.Value.Endpoints)];

    /// <summary>Serves a gRPC service.</summary>
    /// <param name="service">Full name of a proto service, as it begins the paths of its methods.</param>
    /// <param name="map">Maps it.</param>
    public void Add(string service, Action<IEndpointRouteBuilder> map) => services.Add(service, new Lazy<Mapped>(() => Map(map)));

    /// <summary>Serves a gRPC service by its api class.</summary>
    /// <typeparam name="TApi">Derives from the generated <c>…ServiceBase</c>.</typeparam>
    public void Add<TApi>() where TApi : class => Add(ServiceOf(typeof(TApi)), app => app.MapGrpcService<TApi>());

    /// <summary>Full name of the proto service that an api class serves: <c>Doseline.Orders.V1.OrdersService</c> is <c>doseline.orders.v1.OrdersService</c>.</summary>
    internal static string ServiceOf(Type api) => $"{api.BaseType!.Namespace!.ToLowerInvariant()}.{api.BaseType!.DeclaringType!.Name}";

    /// <summary>Begins to serve.</summary>
    public void Open(IEndpointRouteBuilder host)
    {
        app = host;
        host.DataSources.Add(this);
    }

    /// <inheritdoc/>
    public override IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || WebListener.DoorOf(context) is not Doors.None || Find(context.Request.Path.Value ?? "") is not { } method) return next(context);
        try
        {
            GrpcTimeout.Read(context.Request.Headers[GrpcTimeout.Header], context.Request.Path.Value!.Split('.')[1]);
        }
        catch (RpcException fault)
        {
            GrpcFault.Write(context, fault);
            return Task.CompletedTask;
        }

        // The router looks no further where an endpoint is chosen.
        context.SetEndpoint(method);
        return next(context);
    }

    Endpoint? Find(string path)
    {
        var end = path.LastIndexOf('/');
        return end > 0 && services.TryGetValue(path[1..end], out var service) ? service.Value.Methods.GetValueOrDefault(path) : null;
    }

    Mapped Map(Action<IEndpointRouteBuilder> map)
    {
        // The library notes what it has mapped, and expects one thread.
        lock (guard)
        {
            var endpoints = LateEndpoints.Of(app ?? throw new InvalidOperationException("Nothing is served yet."), map);
            return new Mapped(endpoints, endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.Parameters is [])
                .ToFrozenDictionary(e => $"/{e.RoutePattern.RawText!.TrimStart('/')}", e => (Endpoint)e, StringComparer.Ordinal));
        }
    }

    sealed record Mapped(IReadOnlyList<Endpoint> Endpoints, FrozenDictionary<string, Endpoint> Methods);
}
