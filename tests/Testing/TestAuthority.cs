using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Doseline.Testing;

/// <summary>An authority of a test's own, and secrets with certificates under it, mounted as a kubelet mounts them.</summary>
public sealed class TestAuthority : IDisposable
{
    const string ForServers = "1.3.6.1.5.5.7.3.1";
    const string ForClients = "1.3.6.1.5.5.7.3.2";

    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 certificate;
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("doseline-secrets-");
    int made;

    /// <summary>Makes one.</summary>
    public TestAuthority()
    {
        CertificateRequest request = new("CN=Authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(400));
    }

    /// <summary>Its certificate as PEM.</summary>
    public string Pem => certificate.ExportCertificatePem();

    /// <summary>Mounts a new secret: <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>.</summary>
    /// <param name="name">Name in the certificate.</param>
    /// <param name="life">How long it is good from now; null for a month.</param>
    /// <param name="trusted">Authorities that <c>ca.crt</c> names; null for this one.</param>
    /// <returns>The folder.</returns>
    public string Mount(string name, TimeSpan? life = null, string? trusted = null)
    {
        var folder = root.CreateSubdirectory($"mount-{Interlocked.Increment(ref made)}").FullName;
        foreach (var file in (string[])["tls.crt", "tls.key", "ca.crt"]) File.CreateSymbolicLink(Path.Combine(folder, file), Path.Combine("..data", file));
        Renew(folder, name, life, trusted);
        return folder;
    }

    /// <summary>Gives a mounted secret a new certificate: what is seen of it changes at one stroke, and the files themselves are links that stay as they are.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Name in the certificate.</param>
    /// <param name="life">How long it is good from now; null for a month.</param>
    /// <param name="trusted">Authorities that <c>ca.crt</c> names; null for this one.</param>
    public void Renew(string folder, string name, TimeSpan? life = null, string? trusted = null)
    {
        var version = $"..{Interlocked.Increment(ref made)}";
        Directory.CreateDirectory(Path.Combine(folder, version));
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Issue(own, name, life ?? TimeSpan.FromDays(30));
        File.WriteAllText(Path.Combine(folder, version, "tls.crt"), issued.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, version, "tls.key"), own.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(folder, version, "ca.crt"), trusted ?? Pem);
        var current = Path.Combine(folder, "..data");
        if (Directory.Exists(current)) Directory.Delete(current);
        Directory.CreateSymbolicLink(current, version);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
        root.Delete(recursive: true);
    }

    X509Certificate2 Issue(ECDsa own, string name, TimeSpan life)
    {
        CertificateRequest request = new($"CN={name}", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForServers), new Oid(ForClients)], false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(certificate, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow + life, RandomNumberGenerator.GetBytes(8));
    }
}
