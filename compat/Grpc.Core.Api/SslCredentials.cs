namespace Grpc.Core;

/// <summary>TLS credentials of a channel.</summary>
/// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
/// <param name="keyCertificatePair">The client's certificate; null for none.</param>
/// <param name="verifyPeerCallback">A further check of the server; null for none.</param>
public sealed class SslCredentials(
    string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    : ChannelCredentials
{
    /// <summary>The machine's trusted roots and no client certificate.</summary>
    public SslCredentials() : this(null) { }

    /// <summary>Trusted roots and no client certificate.</summary>
    /// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
    public SslCredentials(string? rootCertificates) : this(rootCertificates, null) { }

    /// <summary>Trusted roots and a client certificate.</summary>
    /// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
    /// <param name="keyCertificatePair">The client's certificate; null for none.</param>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null) { }

    /// <summary>Trusted roots in PEM; null for the machine's.</summary>
    public string? RootCertificates { get; } = rootCertificates;

    /// <summary>The client's certificate; null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; } = keyCertificatePair;

    internal override bool IsComposable => true;

    /// <inheritdoc/>
    public override void InternalPopulateConfiguration(
        ChannelCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, verifyPeerCallback);
}

/// <summary>A certificate with its chain, and the private key.</summary>
/// <param name="certificateChain">The chain in PEM, leaf first.</param>
/// <param name="privateKey">The private key in PEM.</param>
/// <exception cref="ArgumentNullException">An argument is null.</exception>
public sealed class KeyCertificatePair(string certificateChain, string privateKey)
{
    /// <summary>The chain in PEM, leaf first.</summary>
    public string CertificateChain { get; } =
        certificateChain ?? throw new ArgumentNullException(nameof(certificateChain));

    /// <summary>The private key in PEM.</summary>
    public string PrivateKey { get; } = privateKey ?? throw new ArgumentNullException(nameof(privateKey));
}

/// <summary>Decides whether a server, whose certificate is valid, is the right one.</summary>
/// <param name="context">The server.</param>
/// <returns>False to refuse it.</returns>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>A server to be checked.</summary>
/// <param name="targetName">The name the client called.</param>
/// <param name="peerPem">The server's certificate in PEM.</param>
public class VerifyPeerContext(string targetName, string peerPem)
{
    /// <summary>The name the client called.</summary>
    public string TargetName { get; } = targetName;

    /// <summary>The server's certificate in PEM.</summary>
    public string PeerPem { get; } = peerPem;
}
