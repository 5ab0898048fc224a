using System.Text.Json;
using System.Text.Json.Nodes;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging.Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>What the Dapr sidecar calls: subscriptions, facts, actors, reminders. Each call must carry the app token.</summary>
/// <remarks>Dapr takes exactly 200 for done where actors are concerned, and reads 404 on a fact as "drop it".</remarks>
static class DaprEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/dapr/subscribe", Guarded((context, services) => WriteAsync(context, Subscriptions(services.GetRequiredService<DaprSubscriber>(), services.GetRequiredService<DaprSidecar>()))));
        app.MapGet("/dapr/config", Guarded((context, services) => WriteAsync(context, Configuration(services.GetRequiredService<DaprTurns>()))));
        app.MapPost("/facts/{topic}", Guarded(ReceiveAsync));
        app.MapPost("/facts/{topic}/dead", Guarded(BuryAsync));
        app.MapPut("/actors/{type}/{id}/method/{method}", Guarded(AskAsync));
        app.MapPut("/actors/{type}/{id}/method/remind/{name}", Guarded(RemindAsync));
        // Nothing is kept for an actor between turns, and no timers are set: there is nothing to do.
        app.MapPut("/actors/{type}/{id}/method/timer/{name}", Guarded((_, _) => Task.CompletedTask));
        app.MapDelete("/actors/{type}/{id}", Guarded((_, _) => Task.CompletedTask));
    }

    static RequestDelegate Guarded(Func<HttpContext, IServiceProvider, Task> call) => context =>
    {
        var services = context.RequestServices;
        if (services.GetRequiredService<DaprSidecar>().Knows(context.Request.Headers[DaprSidecar.TokenHeader])) return call(context, services);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    };

    static JsonArray Subscriptions(DaprSubscriber subscriber, DaprSidecar sidecar)
    {
        JsonArray list = [];
        foreach (var topic in subscriber.Topics)
        {
            list.Add(new JsonObject
            {
                ["pubsubname"] = sidecar.PubSub,
                ["topic"] = topic,
                ["deadLetterTopic"] = subscriber.DeadLetters(topic),
                ["routes"] = new JsonObject { ["default"] = $"/facts/{topic}" },
            });
            list.Add(new JsonObject
            {
                ["pubsubname"] = sidecar.PubSub,
                ["topic"] = subscriber.DeadLetters(topic),
                ["routes"] = new JsonObject { ["default"] = $"/facts/{topic}/dead" },
            });
        }

        return list;
    }

    static JsonObject Configuration(DaprTurns turns) => new()
    {
        ["entities"] = new JsonArray([.. turns.Types.Select(type => JsonValue.Create(type))]),
        ["actorIdleTimeout"] = "10m",
        ["drainOngoingCallTimeout"] = "10s",
        ["drainRebalancedActors"] = true,
        ["reentrancy"] = new JsonObject { ["enabled"] = false },
    };

    static async Task ReceiveAsync(HttpContext context, IServiceProvider services)
    {
        var answer = DaprAnswer.Drop;
        if (await BodyAsync(context) is { } body)
        {
            using (body) answer = await services.GetRequiredService<DaprSubscriber>().ReceiveAsync(Route(context, "topic"), body.RootElement, context.RequestAborted);
        }

        await WriteAsync(context, new JsonObject { ["status"] = answer.ToString().ToUpperInvariant() });
    }

    static async Task BuryAsync(HttpContext context, IServiceProvider services)
    {
        if (await BodyAsync(context) is { } body)
        {
            using (body) await services.GetRequiredService<DaprSubscriber>().BuryAsync(Route(context, "topic"), body.RootElement, context.RequestAborted);
        }

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

    static async Task<JsonDocument?> BodyAsync(HttpContext context)
    {
        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    static Task WriteAsync(HttpContext context, JsonNode json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }
}
