using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Hosting;

/// <summary>TLS of the outer ports: <c>Tls:Certificate</c> (PEM, with its chain) and <c>Tls:Key</c>; without them the ports speak plain HTTP.</summary>
/// <remarks>The files are read again when they change, so that a renewed certificate needs no restart.</remarks>
sealed class TlsDoor(string certificatePath, string keyPath, string? authoritiesPath)
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

    readonly Lock guard = new();
    (DateTime Written, SslStreamCertificateContext Context) current = Load(certificatePath, keyPath);

    /// <summary>TLS as configured; null when it is not.</summary>
    public static TlsDoor? Of(IConfiguration config) => config["Tls:Certificate"] is { Length: > 0 } certificate
        ? new TlsDoor(certificate, config["Tls:Key"] ?? throw new SettingException("Tls:Certificate is given, but Tls:Key is not."), config["Tls:ClientAuthorities"]) : null;

    /// <summary>Puts TLS on a port.</summary>
    /// <param name="endpoint">Port.</param>
    /// <param name="clients">True to ask for a client certificate, where authorities for them are configured; a client may do without.</param>
    public void On(ListenOptions endpoint, bool clients)
    {
        var authorities = clients && authoritiesPath is { Length: > 0 } ? Authorities(authoritiesPath) : null;
        endpoint.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Options(authorities)) });
    }

    SslServerAuthenticationOptions Options(X509Certificate2Collection? authorities)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = Current(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            ClientCertificateRequired = authorities is not null,
        };
        // Windows chooses suites by the machine's policy.
        if (!OperatingSystem.IsWindows()) options.CipherSuitesPolicy = new CipherSuitesPolicy(Suites);
        if (authorities is not null) options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null || IsOf(authorities, certificate);
        return options;
    }

    SslStreamCertificateContext Current()
    {
        lock (guard)
        {
            if (File.GetLastWriteTimeUtc(certificatePath) == current.Written) return current.Context;
            try
            {
                current = Load(certificatePath, keyPath);
            }
            catch (Exception fault) when (fault is CryptographicException or IOException)
            {
                // Half of it is written: the certificate at hand serves until both files fit.
            }

            return current.Context;
        }
    }

    static (DateTime, SslStreamCertificateContext) Load(string certificatePath, string keyPath)
    {
        var written = File.GetLastWriteTimeUtc(certificatePath);
        var leaf = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(certificatePath);
        chain.RemoveAt(0);
        return (written, SslStreamCertificateContext.Create(leaf, chain, offline: true));
    }

    static X509Certificate2Collection Authorities(string path)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(path);
        return authorities;
    }

    static bool IsOf(X509Certificate2Collection authorities, X509Certificate certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ForClients));
        // Authorities of one's own seldom publish lists; an account's certificate is taken back by taking its fingerprint off the account.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return certificate is X509Certificate2 shown && chain.Build(shown);
    }
}
