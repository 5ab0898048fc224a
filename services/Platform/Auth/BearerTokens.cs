using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>Reads tokens of the issuers that are trusted here. Whatever does not fit is nobody's: no reason is told to who sent it.</summary>
/// <param name="issuers">Who is trusted.</param>
/// <param name="clock">Time by which tokens end and keys are looked at again.</param>
public sealed class BearerTokens(IEnumerable<ITrustedIssuer> issuers, TimeProvider clock) : ITokenReader
{
    const int CacheMax = 10_000;
    const int LengthMax = 16 * 1024;

    // Two machines' clocks may differ by so much.
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    // A verdict dies with the key it rests on, after this time at the latest.
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    readonly IReadOnlyList<ITrustedIssuer> issuers = [.. issuers];
    readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    readonly ConcurrentDictionary<string, Known> seen = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<Caller?> ReadAsync(string token)
    {
        var now = clock.GetUtcNow();
        // Checking a signature costs more than the rest of a small call, and a token is used many times.
        if (!seen.TryGetValue(token, out var known) || known.Expires <= now || !await StandsAsync(known))
        {
            known = await CheckAsync(token, now);
            if (known is null)
            {
                seen.TryRemove(token, out _);
                return null;
            }

            if (seen.Count >= CacheMax) seen.Clear();
            seen[token] = known;
        }

        return known.Issuer.HasEnded(known.Caller) ? null : known.Caller;
    }

    /// <inheritdoc/>
    public bool HasEnded(Caller caller) => issuers.Any(i => i.HasEnded(caller));

    // Whether the issuer still has the key.
    async ValueTask<bool> StandsAsync(Known known)
    {
        if (clock.GetElapsedTime(known.Looked) < LookAgain) return true;
        foreach (var key in await known.Issuer.KeysAsync(known.Kid, CancellationToken.None))
        {
            if (!Thumbprint(key).AsSpan().SequenceEqual(known.Key)) continue;
            known.Looked = clock.GetTimestamp();
            return true;
        }

        return false;
    }

    static byte[] Thumbprint(SecurityKey key) => key.ComputeJwkThumbprint();

    async ValueTask<Known?> CheckAsync(string token, DateTimeOffset now)
    {
        if (token.Length > LengthMax || !handler.CanReadToken(token)) return null;
        JsonWebToken unchecked_;
        try
        {
            unchecked_ = handler.ReadJsonWebToken(token);
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException or FormatException)
        {
            return null;
        }

        // The claimed issuer only chooses whose key and rules the token is held against.
        if (issuers.FirstOrDefault(i => i.Issuer is { Length: > 0 } name && name == unchecked_.Issuer) is not { } issuer) return null;
        if (!issuer.Algorithms.Contains(unchecked_.Alg, StringComparer.Ordinal)) return null;
        if (issuer.TokenType is { } type && !string.Equals(type, unchecked_.Typ, StringComparison.OrdinalIgnoreCase)) return null;
        if (await issuer.KeysAsync(unchecked_.Kid ?? "", CancellationToken.None) is not [_, ..] keys) return null;

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = issuer.Audience,
            ValidAlgorithms = issuer.Algorithms,
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = true,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => !(notBefore > (now + Skew).UtcDateTime) && expires > now.UtcDateTime,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Subject.Length: > 0 } jwt || issuer.CallerOf(jwt) is not { } caller) return null;
        return new Known(caller, issuer, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero), jwt.Kid ?? "", Thumbprint(jwt.SigningKey)) { Looked = clock.GetTimestamp() };
    }

    sealed record Known(Caller Caller, ITrustedIssuer Issuer, DateTimeOffset Expires, string Kid, byte[] Key)
    {
        public long Looked { get; set; }
    }
}
