using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Doseline.Platform.Certificates;

/// <summary>A certificate with its chain and its key, as PEM files. They are read each time, for a mounted secret changes without a sign, so that a renewed certificate needs no restart.</summary>
/// <param name="certificate">Path of the certificate, what it was issued by after it.</param>
/// <param name="key">Path of its key.</param>
sealed class CertificateFiles(string certificate, string key)
{
    readonly Lock guard = new();
    (string Text, SslStreamCertificateContext Context)? current;

    /// <summary>The certificate as it stands now.</summary>
    /// <exception cref="CryptographicException">It cannot be read, and never could.</exception>
    public SslStreamCertificateContext Current()
    {
        lock (guard)
        {
            try
            {
                var text = File.ReadAllText(certificate);
                if (current?.Text != text) current = (text, Load());
            }
            catch (Exception fault) when (current is not null && fault is CryptographicException or IOException or UnauthorizedAccessException)
            {
                // Half of it is written: the certificate at hand serves until both files fit.
            }

            return current!.Value.Context;
        }
    }

    /// <summary>Certificates of authorities, all that stand in a file now.</summary>
    /// <param name="path">Path.</param>
    public static X509Certificate2Collection Authorities(string path)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(path);
        return authorities;
    }

    /// <summary>Whether a certificate was issued under an authority, for a purpose.</summary>
    /// <param name="shown">The certificate.</param>
    /// <param name="authorities">Authorities.</param>
    /// <param name="purpose">Extended key usage.</param>
    /// <param name="between">What may stand between the two.</param>
    public static bool IsOf(X509Certificate? shown, X509Certificate2Collection authorities, string purpose, X509Certificate2Collection? between = null)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (between is not null) chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        // Authorities of one's own seldom publish lists.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return shown is X509Certificate2 certificate && chain.Build(certificate);
    }

    SslStreamCertificateContext Load()
    {
        var leaf = X509Certificate2.CreateFromPemFile(certificate, key);
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(certificate);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
