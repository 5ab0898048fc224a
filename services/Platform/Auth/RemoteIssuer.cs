using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>An OpenID Connect provider elsewhere, trusted by configuration.</summary>
public sealed class RemoteIssuer(IssuerOptions options, KeySet keys) : ITrustedIssuer
{
    /// <inheritdoc/>
    public string? Issuer => options.Name;

    /// <inheritdoc/>
    public string Audience => options.Audience;

    /// <inheritdoc/>
    public string? TokenType => options.TokenType;

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms => options.Algorithms;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SecurityKey>> KeysAsync(string kid, CancellationToken cancel) => await keys.FindAsync(kid, cancel) is { } key ? [key] : [];

    /// <inheritdoc/>
    public Caller? CallerOf(JsonWebToken token) => ClaimMapping.CallerOf(token, options);
}
