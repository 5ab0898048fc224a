using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>A sidecar that answers as Dapr 1.18 is documented to: publish, deliver, retry, dead-letter, tokens.</summary>
sealed class FakeSidecar : IAsyncDisposable
{
    public const string ApiToken = "to-sidecar";
    public const string AppToken = "to-app";

    readonly WebApplication app;
    readonly HttpClient toApp = new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    FakeSidecar(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.First()).Port;

    /// <summary>Address of the app's port.</summary>
    public Uri? App { get; set; }

    /// <summary>Envelopes published, in order, with topic and query.</summary>
    public ConcurrentQueue<(string Topic, string Query, string Envelope)> Published { get; } = new();

    /// <summary>Answers a publish with a status instead of 204; null is well, 0 never answers.</summary>
    public Func<string, int?> PublishFault { get; set; } = _ => null;

    public static async Task<FakeSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1));
        var web = builder.Build();
        FakeSidecar sidecar = new(web);
        web.Use(async (context, next) =>
        {
            if (context.Request.Headers["dapr-api-token"] == ApiToken)
            {
                await next(context);
                return;
            }

            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("invalid api token");
        });
        web.MapPost("/v1.0/publish/{pubsub}/{topic}", sidecar.PublishAsync);
        await web.StartAsync();
        return sidecar;
    }

    /// <summary>Calls the app as the sidecar does.</summary>
    public async Task<(int Status, string Body)> CallAsync(HttpMethod method, string path, string? body = null, string? token = AppToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(App!, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (token is not null) request.Headers.Add("dapr-api-token", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/cloudevents+json");
        using var response = await toApp.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>
    /// Delivers an envelope as the runtime does: written anew with its keys in order and its own additions, then by the app's answer
    /// acknowledged, tried again, or sent to the dead-letter topic.
    /// </summary>
    /// <returns>What the app answered, in order.</returns>
    public async Task<List<string>> DeliverAsync(string topic, string envelope, int triesMax = 3)
    {
        using var subscriptions = JsonDocument.Parse((await CallAsync(HttpMethod.Get, "/dapr/subscribe")).Body);
        var subscription = subscriptions.RootElement.EnumerateArray().Single(s => s.GetProperty("topic").GetString() == topic);
        var path = subscription.GetProperty("routes").GetProperty("default").GetString()!;
        List<string> answers = [];
        for (var attempt = 0; attempt < triesMax; attempt++)
        {
            var (status, body) = await CallAsync(HttpMethod.Post, path, Rewrite(topic, envelope));
            var answer = status switch
            {
                404 => "DROP",
                >= 200 and < 300 => JsonDocument.Parse(body).RootElement.GetProperty("status").GetString()!,
                _ => "RETRY",
            };
            answers.Add(answer);
            if (answer is "SUCCESS") return answers;
            if (answer is "DROP") break;
        }

        if (subscription.TryGetProperty("deadLetterTopic", out var dead)) answers.AddRange(await DeliverAsync(dead.GetString()!, envelope, triesMax));
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        toApp.Dispose();
        await app.DisposeAsync();
    }

    static string Rewrite(string topic, string envelope)
    {
        try
        {
            var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(envelope)!;
            fields["topic"] = JsonSerializer.SerializeToElement(topic);
            fields["pubsubname"] = JsonSerializer.SerializeToElement("pubsub");
            return JsonSerializer.Serialize(new SortedDictionary<string, JsonElement>(fields, StringComparer.Ordinal));
        }
        catch (JsonException)
        {
            return envelope;
        }
    }

    static async Task<string> BodyAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        return await reader.ReadToEndAsync();
    }

    async Task PublishAsync(HttpContext context)
    {
        var envelope = await BodyAsync(context);
        switch (PublishFault(envelope))
        {
            case null:
                Published.Enqueue(((string)context.Request.RouteValues["topic"]!, context.Request.QueryString.Value ?? "", envelope));
                context.Response.StatusCode = 204;
                return;
            case 0:
                // Never answers: ends with the caller's patience.
                TaskCompletionSource never = new();
                await using (context.RequestAborted.Register(never.SetResult)) await never.Task;
                return;
            case { } status:
                context.Response.StatusCode = status;
                await context.Response.WriteAsync("{\"errorCode\":\"ERR_PUBSUB_PUBLISH_MESSAGE\",\"message\":\"broker\"}");
                return;
        }
    }
}
