using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>Somebody whose tokens are accepted here.</summary>
public interface ITrustedIssuer
{
    /// <summary>Value of the claim <c>iss</c>; null while nothing of this issuer is accepted.</summary>
    string? Issuer { get; }

    /// <summary>Value the claim <c>aud</c> must contain.</summary>
    string Audience { get; }

    /// <summary>Header <c>typ</c> that a token must have; null when it does not matter.</summary>
    string? TokenType { get; }

    /// <summary>Signature algorithms, asymmetric ones only.</summary>
    IReadOnlyList<string> Algorithms { get; }

    /// <summary>The public keys that go by that id, several while one is changed; none when the issuer has none such.</summary>
    ValueTask<IReadOnlyList<SecurityKey>> KeysAsync(string kid, CancellationToken cancel);

    /// <summary>Who the token speaks for; null when it speaks for nobody here.</summary>
    Caller? CallerOf(JsonWebToken token);

    /// <summary>True when the session of a token that is still valid has been ended.</summary>
    bool HasEnded(Caller caller) => false;
}
