using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Compat.Tests.Probe;

/// <summary>The official server over the stand-ins, on a free loopback port.</summary>
sealed class ProbeServer : IAsyncDisposable
{
    readonly WebApplication app;

    ProbeServer(WebApplication app) => this.app = app;

    public ProbeObservations Observations => app.Services.GetRequiredService<ProbeObservations>();

    public InterceptorLog Log => app.Services.GetRequiredService<InterceptorLog>();

    public string Address => app.Urls.Single();

    /// <summary>Starts a server.</summary>
    /// <param name="certificate">Its certificate; null for a server without TLS.</param>
    public static async Task<ProbeServer> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<ProbeObservations>();
        builder.Services.AddSingleton<InterceptorLog>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = 64 * 1024;
            grpc.ResponseCompressionAlgorithm = "gzip";
            grpc.ResponseCompressionLevel = CompressionLevel.Fastest;
            // Naming one provider drops the default ones.
            grpc.CompressionProviders.Add(new GzipCompressionProvider(CompressionLevel.Fastest));
            grpc.CompressionProviders.Add(new DeflateCompressionProvider(CompressionLevel.Fastest));
            grpc.Interceptors.Add<LoggingInterceptor>("server-outer");
            grpc.Interceptors.Add<LoggingInterceptor>("server-inner");
        });
        var built = builder.Build();
        built.Use((http, next) =>
        {
            var log = http.RequestServices.GetRequiredService<InterceptorLog>();
            log.RequestEncodings.Enqueue(http.Request.Headers["grpc-encoding"].ToString());
            return next(http);
        });
        built.MapGrpcService<ProbeApi>();
        await built.StartAsync();
        return new ProbeServer(built);
    }

    /// <summary>A channel to this server.</summary>
    /// <param name="configure">Changes the options; null for the defaults.</param>
    public GrpcChannel Connect(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(Address, options);
    }

    /// <summary>A client of this server over a channel of its own.</summary>
    /// <param name="interceptors">Around its calls, outermost first.</param>
    public ProbeService.ProbeServiceClient Client(params Interceptor[] interceptors) =>
        new(Connect().Intercept(interceptors));

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
