using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Doseline.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>A sidecar that answers as Dapr 1.18 is documented to: publish, deliver, tokens.</summary>
sealed class FakeSidecar : IAsyncDisposable
{
    public const string ApiToken = "to-sidecar";
    public const string AppToken = "to-app";

    readonly WebApplication app;
    readonly HttpClient toApp = new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    FakeSidecar(WebApplication app) => this.app = app;

    /// <summary>Port of the HTTP API.</summary>
    public int Port => new Uri(app.Urls.First()).Port;

    /// <summary>Port of the gRPC API.</summary>
    public int GrpcPort => new Uri(app.Urls.Last()).Port;

    /// <summary>Address of the app's port.</summary>
    public Uri? App { get; set; }

    /// <summary>What was published, in order.</summary>
    public ConcurrentQueue<PublishEvent> Published { get; } = new();

    /// <summary>gRPC status with which a publish is answered instead of OK; null is well, -1 never answers.</summary>
    public Func<PublishEvent, int?> PublishFault { get; set; } = _ => null;

    public static async Task<FakeSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
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
        web.MapPost(PublishEvent.Path, sidecar.PublishAsync);
        await web.StartAsync();
        return sidecar;
    }

    /// <summary>Calls the app as the sidecar does.</summary>
    public async Task<(int Status, string Body)> CallAsync(HttpMethod method, string path, string? body = null, string? token = AppToken, string? caller = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(App!, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (token is not null) request.Headers.Add("dapr-api-token", token);
        if (caller is not null) request.Headers.Add("dapr-caller-app-id", caller);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/cloudevents+json");
        using var response = await toApp.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Delivers an envelope once, as the runtime does: written anew with its keys in order and its own additions.</summary>
    /// <returns>Status and body of the app's answer.</returns>
    public Task<(int Status, string Body)> DeliverAsync(string topic, byte[] envelope) => CallAsync(HttpMethod.Post, $"/facts/{topic}", Rewrite(topic, Encoding.UTF8.GetString(envelope)));

    public async ValueTask DisposeAsync()
    {
        toApp.Dispose();
        await app.DisposeAsync();
    }

    static string Rewrite(string topic, string envelope)
    {
        try
        {
            if (JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(envelope) is not { } fields) return envelope;
            fields["topic"] = JsonSerializer.SerializeToElement(topic);
            fields["pubsubname"] = JsonSerializer.SerializeToElement("pubsub");
            return JsonSerializer.Serialize(new SortedDictionary<string, JsonElement>(fields, StringComparer.Ordinal));
        }
        catch (JsonException)
        {
            return envelope;
        }
    }

    async Task PublishAsync(HttpContext context)
    {
        var call = await PublishEvent.ReadAsync(context);
        switch (PublishFault(call))
        {
            case null:
                if (context.Request.Headers["dapr-api-token"] != ApiToken) goto case 16;
                Published.Enqueue(call);
                await PublishEvent.AnswerAsync(context);
                return;
            case 16:
                await PublishEvent.AnswerAsync(context, 16, "invalid api token");
                return;
            case -1:
                // Never answers: ends with the caller's patience.
                TaskCompletionSource never = new();
                await using (context.RequestAborted.Register(never.SetResult)) await never.Task;
                return;
            case { } status:
                await PublishEvent.AnswerAsync(context, status, "broker");
                return;
        }
    }
}
