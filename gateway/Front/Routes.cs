using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Doseline.Platform.Rpc;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Front;

/// <summary>Where a call goes: to the services here, or to another site's platform.</summary>
/// <remarks>A caller names the site in the header <c>doseline-site</c>, or the request itself does, in the field that its policy declares.</remarks>
public sealed class Routes(ServiceChannels channels, IOptions<GatewayOptions> options) : IDisposable
{
    /// <summary>Header with the site a call is meant for.</summary>
    public const string SiteHeader = "doseline-site";

    static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);
    // Names are asked for again this often, so that replicas that came later get their share.
    static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    readonly ConcurrentDictionary<string, HttpMessageInvoker> invokers = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, GrpcChannel> remote = new(StringComparer.Ordinal);

    /// <summary>True when other sites are configured.</summary>
    public bool Several => options.Value.Sites.Count > 0;

    /// <summary>The other site a request is meant for; null when it is answered here.</summary>
    /// <param name="context">Request.</param>
    /// <param name="field">Site that the request's own field names; null when it is not known.</param>
    public string? SiteOf(HttpContext context, string? field = null)
    {
        var site = context.Request.Headers[SiteHeader].ToString() is { Length: > 0 } header ? header : field;
        return site is not null && options.Value.Sites.ContainsKey(site) ? site : null;
    }

    /// <summary>The channel to a service.</summary>
    /// <param name="service">Service, for example <c>orders</c>.</param>
    /// <param name="site">Another site; null for here.</param>
    public GrpcChannel Channel(string service, string? site) => site is null ? channels.To(service) : remote.GetOrAdd(site, name =>
        GrpcChannel.ForAddress(options.Value.Sites[name].Address, new GrpcChannelOptions { HttpHandler = Handler(options.Value.Sites[name].Pin), DisposeHttpClient = true }));

    /// <summary>The base address of a service; see <see cref="Channel"/>.</summary>
    public Uri Address(string service, string? site) => site is null ? channels.AddressOf(service) : options.Value.Sites[site].Address;

    /// <summary>What sends requests to a site; null for here.</summary>
    public HttpMessageInvoker Invoker(string? site) => invokers.GetOrAdd(site ?? "", _ => new HttpMessageInvoker(Handler(site is null ? null : options.Value.Sites[site].Pin)));

    /// <summary>Headers by which the sidecar finds the service and knows this process; none where calls do not pass it.</summary>
    public IEnumerable<(string Name, string Value)> RoutingOf(string service, string? site, bool streams) => site is null ? channels.RoutingOf(service, streams) : [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in remote.Values) channel.Dispose();
        foreach (var invoker in invokers.Values) invoker.Dispose();
    }

    /// <summary>What opens connections to others: no proxy, no cookies, no redirects, and only to whom the pin names.</summary>
    /// <param name="pin">See <see cref="PinOf"/>; null trusts what the machine trusts.</param>
    internal static SocketsHttpHandler Handler(string? pin)
    {
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = ConnectWithin,
            PooledConnectionLifetime = ConnectionLifetime,
        };
        // The pin comes on top of what the machine trusts, and in place of it where the certificate is its own authority.
        if (pin is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) is SslPolicyErrors.None && certificate is X509Certificate2 shown && PinOf(shown) == pin;
        }

        return handler;
    }

    /// <summary>The pin of a certificate: SHA-256 of its public key (SPKI) in base 64, as RFC 7469 has it.</summary>
    public static string PinOf(X509Certificate2 certificate) => Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
}
