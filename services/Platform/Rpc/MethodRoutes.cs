using System.Collections.Frozen;
using Doseline.Platform.Hosting;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Doseline.Platform.Rpc;

/// <summary>Finds the method of a call on an inner port by its path, in one look-up, before the router is asked; what it does not know is the router's.</summary>
/// <remarks>
/// Ours because the router compiles a tree of all paths at its first use, a tenth of a second of processor for each level of it, and then walks it
/// at every call; the path of a gRPC method is one literal.
/// </remarks>
sealed class MethodRoutes(EndpointDataSource endpoints) : IMiddleware
{
    // Read at the first call: by then everything is mapped.
    readonly Lazy<FrozenDictionary<string, Endpoint>> methods = new(() => endpoints.Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<GrpcMethodMetadata>() is not null && e.RoutePattern.Parameters is [] && WebListener.IsInner(e))
        .ToFrozenDictionary(e => $"/{e.RoutePattern.RawText!.TrimStart('/')}", e => (Endpoint)e, StringComparer.Ordinal));

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // The router looks no further where an endpoint is chosen.
        if (HttpMethods.IsPost(context.Request.Method) && WebListener.DoorOf(context) is Doors.None && methods.Value.TryGetValue(context.Request.Path.Value ?? "", out var method))
            context.SetEndpoint(method);
        return next(context);
    }
}
