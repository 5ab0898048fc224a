using Doseline.Platform.Rpc;

namespace Doseline.Identity.Oidc;

/// <summary>The address that this provider goes by: as configured, or the web port of this process.</summary>
public sealed class IssuerAddress(IdentityOptions options, ServiceChannels channels)
{
    /// <summary>The issuer, without a slash at its end; null before the host listens.</summary>
    public string? Known => options.Issuer ?? channels.WebAddress?.GetLeftPart(UriPartial.Authority);

    /// <summary>The issuer.</summary>
    public string Value => Known ?? throw new InvalidOperationException("The host does not listen yet.");

    /// <summary>True when browsers reach it over TLS, so that its cookies must not travel without.</summary>
    public bool IsSecure => Value.StartsWith("https:", StringComparison.Ordinal);
}
