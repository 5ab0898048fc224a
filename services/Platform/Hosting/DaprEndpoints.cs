using System.Text.Json;
using System.Text.Json.Nodes;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging.Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>What the Dapr sidecar calls: subscriptions, rings, actors, reminders. Each call must carry the app token.</summary>
/// <remarks>Dapr takes exactly 200 for done where actors are concerned.</remarks>
static class DaprEndpoints
{
    // The sidecar adds the app token to whatever it passes on, calls of other apps included; these it marks with who calls.
    const string CallerHeader = "dapr-caller-app-id";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/dapr/subscribe", Guarded((context, services) => WriteAsync(context, Subscriptions(services.GetRequiredService<DaprRings>(), services.GetRequiredService<DaprSidecar>()))));
        app.MapGet("/dapr/config", Guarded((context, services) => WriteAsync(context, Configuration(services.GetRequiredService<DaprTurns>()))));
        app.MapPost("/facts/{topic}", Guarded(HearAsync));
        app.MapPut("/actors/{type}/{id}/method/{method}", Guarded(AskAsync));
        app.MapPut("/actors/{type}/{id}/method/remind/{name}", Guarded(RemindAsync));
        // Nothing is kept for an actor between turns, and no timers are set: there is nothing to do.
        app.MapPut("/actors/{type}/{id}/method/timer/{name}", Guarded((_, _) => Task.CompletedTask));
        app.MapDelete("/actors/{type}/{id}", Guarded((_, _) => Task.CompletedTask));
    }

    static RequestDelegate Guarded(Func<HttpContext, IServiceProvider, Task> call) => context =>
    {
        var services = context.RequestServices;
        if (context.Request.Headers.ContainsKey(CallerHeader))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        if (services.GetRequiredService<DaprSidecar>().Knows(context.Request.Headers[DaprSidecar.TokenHeader])) return call(context, services);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
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

    static JsonObject Configuration(DaprTurns turns) => new()
    {
        ["entities"] = new JsonArray([.. turns.Types.Select(type => JsonValue.Create(type))]),
        ["actorIdleTimeout"] = "10m",
        ["drainOngoingCallTimeout"] = "10s",
        ["drainRebalancedActors"] = true,
        ["reentrancy"] = new JsonObject { ["enabled"] = false },
    };

    // A ring is never asked for again: what it was for is read without it.
    static async Task HearAsync(HttpContext context, IServiceProvider services)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        services.GetRequiredService<DaprRings>().Hear(Route(context, "topic"), body.ToArray());
        await WriteAsync(context, new JsonObject { ["status"] = "SUCCESS" });
    }

    static async Task AskAsync(HttpContext context, IServiceProvider services)
    {
        ActorCall? call;
        try
        {
            call = await JsonSerializer.DeserializeAsync<ActorCall>(context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted);
        }
        catch (JsonException)
        {
            call = null;
        }

        var reply = call is null
            ? null
            : await services.GetRequiredService<DaprTurns>().ReceiveAsync(Route(context, "type"), Route(context, "id"), Route(context, "method"), call, context.RequestAborted);
        if (reply is null)
        {
            // Dapr reads this as "method not found" and does not repeat the call.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, reply, JsonSerializerOptions.Web, context.RequestAborted);
    }

    // While the clock is off nothing is due: the deadline's row stays, and the sweep delivers it when the clock is right.
    static Task RemindAsync(HttpContext context, IServiceProvider services) => !services.GetRequiredService<ClockWatch>().MayRecord ? Task.CompletedTask :
        services.GetRequiredService<DaprTurns>().RemindAsync(Route(context, "type"), Route(context, "id"), Route(context, "name"), context.RequestAborted);

    static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    static Task WriteAsync(HttpContext context, JsonNode json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }
}
