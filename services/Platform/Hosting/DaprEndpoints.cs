using System.Text.Json.Nodes;
using Doseline.Platform.Messaging.Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>What the Dapr sidecar calls: subscriptions and rings. Each call must carry the app token.</summary>
static class DaprEndpoints
{
    // The sidecar adds the app token to whatever it passes on, calls of other apps included; these it marks with who calls.
    const string CallerHeader = "dapr-caller-app-id";

    public static void Map(IEndpointRouteBuilder app)
    {
        // A host that could not tell its sidecar from anybody else does not start.
        _ = app.ServiceProvider.GetRequiredService<DaprSidecar>();
        app.MapGet("/dapr/subscribe", Guarded((context, services) => WriteAsync(context, Subscriptions(services.GetRequiredService<DaprRings>(), services.GetRequiredService<DaprSidecar>()))));
        app.MapPost("/facts/{topic}", Guarded(HearAsync));
    }

    static RequestDelegate Guarded(Func<HttpContext, IServiceProvider, Task> call) => context =>
    {
        var services = context.RequestServices;
        var passed = context.Request.Headers[CallerHeader];
        if (passed.Count == 0 && services.GetRequiredService<DaprSidecar>().Knows(context.Request.Headers[DaprSidecar.TokenHeader])) return call(context, services);
        services.GetRequiredService<DaprRings>().Refuse(context.Request.RouteValues["topic"] as string, passed);
        context.Response.StatusCode = passed.Count > 0 ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    };

    static JsonArray Subscriptions(DaprRings rings, DaprSidecar sidecar) =>
    [
        .. rings.Topics.Select(topic => new JsonObject
        {
            ["pubsubname"] = sidecar.PubSub,
            ["topic"] = topic,
            ["routes"] = new JsonObject { ["default"] = $"/facts/{topic}" },
        }),
    ];

    // A ring is never asked for again: what it was for is read without it.
    static async Task HearAsync(HttpContext context, IServiceProvider services)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        services.GetRequiredService<DaprRings>().Hear(Route(context, "topic"), body.ToArray());
        await WriteAsync(context, new JsonObject { ["status"] = "SUCCESS" });
    }

    static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    static Task WriteAsync(HttpContext context, JsonNode json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }
}
