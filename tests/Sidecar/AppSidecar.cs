using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Doseline.Sidecar;

/// <summary>The sidecar of one app: an HTTP API for facts, and a gRPC port that finds other apps by their id.</summary>
public sealed class AppSidecar : IAsyncDisposable
{
    internal const string TokenHeader = "dapr-api-token";

    readonly Mesh mesh;
    readonly WebApplication web;
    // Connections of their own for each start of the app, so that none is to a process that is gone.
    HttpClient toApp = NewClient();
    TaskCompletionSource<Uri> app = new(TaskCreationOptions.RunContinuationsAsynchronously);

    AppSidecar(Mesh mesh, string appId, WebApplication web) => (this.mesh, AppId, this.web) = (mesh, appId, web);

    /// <summary>Id of the app.</summary>
    public string AppId { get; }

    /// <summary>Port of the HTTP API, <c>DAPR_HTTP_PORT</c>.</summary>
    public int HttpPort => new Uri(web.Urls.First()).Port;

    /// <summary>Port of the gRPC proxy, <c>DAPR_GRPC_PORT</c>.</summary>
    public int GrpcPort => new Uri(web.Urls.Last()).Port;

    /// <summary>True while the app is there.</summary>
    internal bool IsThere => app.Task.IsCompletedSuccessfully;

    internal static async Task<AppSidecar> StartAsync(Mesh mesh, string appId)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var host = builder.Build();
        AppSidecar sidecar = new(mesh, appId, host);
        host.Use(sidecar.AuthenticateAsync);
        host.MapGet("/v1.0/healthz/outbound", () => Results.StatusCode(StatusCodes.Status204NoContent));
        host.MapPost(PublishEvent.Path, sidecar.PublishAsync);
        host.MapFallback(new GrpcProxy(mesh, sidecar).HandleAsync);
        await host.StartAsync();
        return sidecar;
    }

    /// <summary>The app listens: asks it what it subscribes to, as daprd does, and lets what waited for it go on.</summary>
    public async Task AppStartedAsync(Uri address)
    {
        toApp = NewClient();
        using var subscriptions = await AskAsync(address, "/dapr/subscribe");
        app.TrySetResult(address);
        await mesh.Broker.SubscribeAsync(this, subscriptions.RootElement);
    }

    /// <summary>The app is gone; what is for it waits until it is back.</summary>
    public void AppGone()
    {
        if (app.Task.IsCompleted) app = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Calls the app, once it is there.</summary>
    /// <param name="make">Makes the request from the app's address.</param>
    /// <param name="wait">How long an app that is away is waited for.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="reads">True for a call that gives nobody anything to do.</param>
    /// <returns>Null when the app did not come, or the connection failed: then nothing is known of what it did.</returns>
    internal async Task<HttpResponseMessage?> CallAppAsync(Func<Uri, HttpRequestMessage> make, TimeSpan wait, CancellationToken cancel, bool reads = false)
    {
        if (!reads) mesh.Reach(AppId);
        Uri address;
        try
        {
            address = await app.Task.WaitAsync(wait, cancel);
        }
        catch (TimeoutException)
        {
            return null;
        }

        using var request = make(address);
        request.Headers.TryAddWithoutValidation(TokenHeader, mesh.AppToken);
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        try
        {
            return await toApp.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        toApp.Dispose();
        await web.DisposeAsync();
    }

    static HttpClient NewClient() => new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false });

    async Task<JsonDocument> AskAsync(Uri address, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add(TokenHeader, mesh.AppToken);
        using var response = await toApp.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
    }

    async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/v1.0/healthz", StringComparison.Ordinal) || context.Request.Headers[TokenHeader] == mesh.ApiToken) await next(context);
        else if (HttpProtocol.IsHttp2(context.Request.Protocol)) GrpcProxy.Refuse(context, 16, "invalid api token");
        else await FaultAsync(context, 401, "ERR_UNAUTHENTICATED", "invalid api token");
    }

    async Task PublishAsync(HttpContext context)
    {
        var call = await PublishEvent.ReadAsync(context);
        // As the component's publishingScopes say: a service publishes to the topic of its name.
        if (call.Topic != AppId)
        {
            await PublishEvent.AnswerAsync(context, 7, $"topic {call.Topic} is not allowed for app id {AppId}");
            return;
        }

        if (!await TryPublishAsync(call))
        {
            await PublishEvent.AnswerAsync(context, 13, $"error when publish to topic {call.Topic} in pubsub pubsub");
            return;
        }

        if (await mesh.Trouble.AtAsync(AppId, Point.Published)) context.Abort();
        else await PublishEvent.AnswerAsync(context);
    }

    async Task<bool> TryPublishAsync(PublishEvent call)
    {
        try
        {
            await mesh.Broker.PublishAsync(call.Topic, call.Data);
            return true;
        }
#pragma warning disable CA1031 // Whatever the broker says, it has not taken it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    internal static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    static Task FaultAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { errorCode = code, message }))).AsTask();
    }
}
