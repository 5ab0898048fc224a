using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Certificates;

/// <summary>TLS of the outer ports: <c>Tls:Certificate</c> (PEM, with its chain) and <c>Tls:Key</c>; without them the ports speak plain HTTP, and with <c>Tls:Web</c> false that of browsers does.</summary>
sealed class TlsDoor(CertificateFiles certificate, string? authoritiesPath)
{
    const string ForClients = "1.3.6.1.5.5.7.3.2";

    // Forward secrecy and authenticated encryption only (RFC 9325 section 4.2; TLS 1.3 has nothing else).
    static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];

    /// <summary>TLS as configured; null when it is not.</summary>
    public static TlsDoor? Of(IConfiguration config)
    {
        if (CertificateOf(config) is not { } certificate) return null;
        // One that cannot be read keeps the host from starting.
        certificate.Current();
        return new TlsDoor(certificate, config["Tls:ClientAuthorities"]);
    }

    /// <summary>The certificate of the outer ports; null when there is none.</summary>
    public static CertificateFiles? CertificateOf(IConfiguration config) => config["Tls:Certificate"] is { Length: > 0 } certificate
        ? new CertificateFiles(certificate, config["Tls:Key"] ?? throw new SettingException("Tls:Certificate is given, but Tls:Key is not.")) : null;

    /// <summary>Puts TLS on a port.</summary>
    /// <param name="endpoint">Port.</param>
    /// <param name="clients">True to ask for a client certificate, where authorities for them are configured; a client may do without.</param>
    public void On(ListenOptions endpoint, bool clients)
    {
        var authorities = clients && authoritiesPath is { Length: > 0 } ? CertificateFiles.Authorities(authoritiesPath) : null;
        endpoint.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Options(authorities)) });
    }

    SslServerAuthenticationOptions Options(X509Certificate2Collection? authorities)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = certificate.Current(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            ClientCertificateRequired = authorities is not null,
        };
        // Windows chooses suites by the machine's policy.
        if (!OperatingSystem.IsWindows()) options.CipherSuitesPolicy = new CipherSuitesPolicy(Suites);
        if (authorities is not null) options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null || CertificateFiles.IsOf(shown, authorities, ForClients);
        return options;
    }
}
