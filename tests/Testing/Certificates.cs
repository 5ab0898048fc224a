using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Doseline.Testing;

/// <summary>Certificates made for one test, in a folder of their own.</summary>
public sealed class Certificates : IDisposable
{
    static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);
    static readonly DateTimeOffset Until = DateTimeOffset.UtcNow.AddDays(30);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("doseline-tls-");
    readonly ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Makes an authority and the certificate of a server at localhost.</summary>
    public Certificates()
    {
        CertificateRequest request = new("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Authority = request.CreateSelfSigned(From, Until);
        Server = Issue("CN=localhost", "1.3.6.1.5.5.7.3.1");
        File.WriteAllText(AuthorityPath, Authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder.FullName, "server.crt"), Server.ExportCertificatePem() + "\n" + Authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder.FullName, "server.key"), Server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Who vouches for the others.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The server's.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>File with the authority's certificate, PEM.</summary>
    public string AuthorityPath => Path.Combine(folder.FullName, "authority.crt");

    /// <summary>Settings with which the outer ports speak TLS and ask partners for certificates.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Tls:Certificate"] = Path.Combine(folder.FullName, "server.crt"),
        ["Tls:Key"] = Path.Combine(folder.FullName, "server.key"),
        ["Tls:ClientAuthorities"] = AuthorityPath,
    };

    /// <summary>A certificate of a client, of this authority or, to be refused, of its own making.</summary>
    public X509Certificate2 Client(string name, bool own = false)
    {
        if (!own) return Issue($"CN={name}", "1.3.6.1.5.5.7.3.2");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return WithKey(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(From, Until));
    }

    /// <summary>A client that trusts this authority alone.</summary>
    /// <param name="shown">Certificate that it shows; null for none.</param>
    public SocketsHttpHandler Trusting(X509Certificate2? shown = null)
    {
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13 | SslProtocols.Tls12,
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { Authority }, RevocationMode = X509RevocationMode.NoCheck },
            },
        };
        if (shown is not null) handler.SslOptions.ClientCertificates = [shown];
        return handler;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server.Dispose();
        Authority.Dispose();
        authorityKey.Dispose();
        folder.Delete(recursive: true);
    }

    X509Certificate2 Issue(string name, string use)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(Authority, From, Until, RandomNumberGenerator.GetBytes(8));
        return WithKey(issued.CopyWithPrivateKey(key));
    }

    // The transport wants a key that is not bound to the object it was made with.
    static X509Certificate2 WithKey(X509Certificate2 certificate)
    {
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
