using System.Text.Json;
using System.Text.Json.Nodes;
using Doseline.Platform.Messaging.Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>What the Dapr sidecar calls: subscriptions and facts. Each call must carry the app token.</summary>
/// <remarks>Dapr reads 404 on a fact as "drop it".</remarks>
static class DaprEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        // A host that could not tell its sidecar from anybody else does not start.
        _ = app.ServiceProvider.GetRequiredService<DaprSidecar>();
        app.MapGet("/dapr/subscribe", Guarded((context, services) => WriteAsync(context, Subscriptions(services.GetRequiredService<DaprSubscriber>(), services.GetRequiredService<DaprSidecar>()))));
        app.MapPost("/facts/{topic}", Guarded(ReceiveAsync));
        app.MapPost("/facts/{topic}/dead", Guarded(BuryAsync));
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
