using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>The ingress of an installation: TLS ends here, and each path goes to the service that the chart's Ingress names for it.</summary>
sealed class WayIn : IAsyncDisposable
{
    readonly WebApplication app;
    readonly HttpMessageInvoker invoker = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });

    WayIn(WebApplication app, string fingerprint) => (this.app, Fingerprint) = (app, fingerprint);

    /// <summary>By which its certificate is known.</summary>
    public string Fingerprint { get; }

    /// <summary>Address that people type.</summary>
    public Uri Address => new(app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    /// <summary>Paths with where they lead, the longest first.</summary>
    public List<(string Path, Uri To)> Paths { get; } = [];

    /// <summary>Opens it, and writes its certificate where processes find whom they trust.</summary>
    /// <param name="authority">File of the certificate.</param>
    public static async Task<WayIn> OpenAsync(string authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(authority, made.ExportCertificatePem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(made)));
        var server = builder.Build();
        WayIn way = new(server, made.GetCertHashString());
        server.Map("/{**rest}", way.PassAsync);
        await server.StartAsync();
        return way;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        invoker.Dispose();
    }

    async Task PassAsync(HttpContext context)
    {
        var to = Paths.First(p => p.Path is "/" || context.Request.Path.StartsWithSegments(p.Path, StringComparison.Ordinal)).To;
        context.Request.Headers["X-Forwarded-Proto"] = "https";
        context.Request.Headers["X-Forwarded-For"] = "127.0.0.1";
        await context.RequestServices.GetRequiredService<IHttpForwarder>().SendAsync(context, to.ToString(), invoker, ForwarderRequestConfig.Empty, new KeepsHost());
    }

    // What is behind it is asked for by the name that people typed.
    sealed class KeepsHost : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = httpContext.Request.Host.Value;
        }
    }
}
