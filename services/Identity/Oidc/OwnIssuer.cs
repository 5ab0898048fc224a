using Doseline.Identity.Keys;
using Doseline.Platform.Auth;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Oidc;

/// <summary>This provider, as the services in its own process trust it: its keys are read where they are, not over the network.</summary>
public sealed class OwnIssuer(IssuerAddress address, SigningKeys keys, EndedTokens ended) : ITrustedIssuer
{
    IssuerOptions? options;

    /// <inheritdoc/>
    public string? Issuer => address.Known;

    /// <inheritdoc/>
    public string Audience => Provider.Audience;

    /// <inheritdoc/>
    public string? TokenType => Provider.AccessTokenType;

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SecurityKey>> KeysAsync(string kid, CancellationToken cancel) =>
        [.. (await keys.PublishedAsync(cancel)).Where(k => k.Kid == kid).Select(k => new JsonWebKey(k.Jwk))];

    /// <inheritdoc/>
    public Caller? CallerOf(JsonWebToken token) => ClaimMapping.CallerOf(token, options ??= new IssuerOptions
    {
        Authority = address.Value, Name = address.Value, Audience = Audience, TokenType = TokenType, Algorithms = Algorithms, Platform = true, SubjectPrefix = "",
        Claims = new Dictionary<string, string>(), Roles = new Dictionary<string, string>(), Sites = new Dictionary<string, string>(), DefaultSites = [],
    });

    /// <inheritdoc/>
    public bool HasEnded(Caller caller) => ended.Contains(caller.SessionId ?? caller.Subject);
}
