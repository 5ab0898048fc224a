using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Doseline.Kernel.Hosting;

/// <summary>The web port and the wall around it: what is meant for browsers answers there only, and nothing else does.</summary>
/// <remarks>Without the wall a browser could reach the sidecar's routes and the probes, and a sidecar the sign-in pages.</remarks>
static class WebListener
{
    sealed class OfWeb;

    static readonly object Mark = new();

    /// <summary>Listens on <c>Ports:Web</c>.</summary>
    public static void Open(KestrelServerOptions kestrel, IPAddress address, IConfiguration config) =>
        kestrel.Listen(address, config.GetValue("Ports:Web", PlatformHost.WebPort), endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1AndHttp2;
            endpoint.Use(next => connection =>
            {
                connection.Items[Mark] = true;
                return next(connection);
            });
        });

    /// <summary>Answers 404 where an endpoint is asked for on the wrong port.</summary>
    public static void Separate(WebApplication app)
    {
        app.UseRouting();
        app.Use((context, next) =>
        {
            var endpoint = context.GetEndpoint();
            if (endpoint is null || endpoint.Metadata.GetMetadata<OfWeb>() is not null == CameByWeb(context)) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Maps pages so that they answer on the web port only.</summary>
    public static void Map(WebApplication app, IReadOnlyList<Action<IEndpointRouteBuilder>> pages)
    {
        var group = app.MapGroup("").WithMetadata(new OfWeb());
        foreach (var page in pages) page(group);
    }

    static bool CameByWeb(HttpContext context) => context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Mark) is true;
}
