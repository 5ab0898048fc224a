using System.Security.Cryptography.X509Certificates;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;

namespace Doseline.Platform.Certificates;

/// <summary>
/// TLS between the silos of one service, each of which shows a certificate: <c>Cluster:Tls:Certificate</c>, <c>Cluster:Tls:Key</c> and
/// <c>Cluster:Tls:Authorities</c> are PEM files. Whoever comes without a certificate of those authorities for this service's name is not let in, nor joined.
/// </summary>
/// <remarks>Files are read for each connection; a renewed certificate serves those that come after.</remarks>
sealed class SiloTls(string service, CertificateFiles certificate, string authorities)
{
    const string ForServers = "1.3.6.1.5.5.7.3.1";
    const string ForClients = "1.3.6.1.5.5.7.3.2";

    readonly string name = NameOf(service);

    /// <summary>The name in the certificates of a service's silos.</summary>
    public static string NameOf(string service) => $"{service}.silo.doseline";

    /// <summary>TLS as configured; null when it is not.</summary>
    public static SiloTls? Of(IConfiguration config, string service) => CertificateOf(config) is not { } certificate ? null
        : new SiloTls(service, certificate, config["Cluster:Tls:Authorities"] ?? throw new SettingException("Cluster:Tls:Certificate is given, but Cluster:Tls:Authorities is not."));

    /// <summary>The certificate of a silo; null when there is none.</summary>
    public static CertificateFiles? CertificateOf(IConfiguration config) => config["Cluster:Tls:Certificate"] is { Length: > 0 } certificate
        ? new CertificateFiles(certificate, config["Cluster:Tls:Key"] ?? throw new SettingException("Cluster:Tls:Certificate is given, but Cluster:Tls:Key is not.")) : null;

    /// <summary>Puts TLS on every connection between silos.</summary>
    public void On(ISiloBuilder silo)
    {
        // One that cannot be read, or that the others would not take, keeps the host from starting.
        var own = certificate.Current().TargetCertificate;
        if (!IsOurs(own)) throw new SettingException($"The certificate of Cluster:Tls:Certificate is not one of Cluster:Tls:Authorities for {name}, or not good at this time.");
        silo.UseTls(tls =>
        {
            tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            tls.LocalServerCertificateSelector = (_, _) => certificate.Current().TargetCertificate;
            tls.LocalClientCertificateSelector = (_, _, _, _, _) => certificate.Current().TargetCertificate;
            tls.RemoteCertificateValidation = (shown, _, _) => IsOurs(shown);
            tls.OnAuthenticateAsClient = (_, options) => options.TargetHost = name;
        });
    }

    // Silos are each other's servers and clients: the certificate is for both. What issued ours, issued theirs.
    bool IsOurs(X509Certificate2 shown)
    {
        var trusted = CertificateFiles.Authorities(authorities);
        X509Certificate2Collection between = [.. certificate.Current().IntermediateCertificates];
        return shown.MatchesHostname(name) && CertificateFiles.IsOf(shown, trusted, ForServers, between) && CertificateFiles.IsOf(shown, trusted, ForClients, between);
    }
}
