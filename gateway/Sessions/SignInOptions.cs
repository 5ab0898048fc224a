namespace Doseline.Gateway.Sessions;

/// <summary>Settings of the console's sessions, section <c>Gateway:SignIn</c>.</summary>
public sealed class SignInOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Gateway:SignIn";

    /// <summary>The OpenID Connect provider; null is the identity service beside the gateway (<c>Identity:Issuer</c>, or the web port of this process).</summary>
    public Uri? Authority { get; set; }

    /// <summary>Address under which browsers reach the gateway; null when it is the provider's own.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Client id at the provider.</summary>
    public string ClientId { get; set; } = "console";

    /// <summary>Client secret; null for a client that has none and proves itself by PKCE alone.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Scopes to ask for.</summary>
    public string Scope { get; set; } = "openid profile offline_access api";

    /// <summary>SHA-256 of the provider's public key (SPKI) in base 64; null trusts what the machine trusts.</summary>
    public string? Pin { get; set; }

    /// <summary>Minutes without the person doing anything after which the session is locked.</summary>
    public double IdleMinutes { get; set; } = 15;

    /// <summary>Hours after which a session ends whatever the person does: one long shift.</summary>
    public double HoursMax { get; set; } = 12;
}
