using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>
/// Tokens that services call each other with, signed with the key of this installation, and good for service accounts only. Services in
/// one process have that key anyway; services of their own may be given credentials at an identity provider instead, and then
/// <c>Services:InstallationTokens=false</c> turns these away.
/// </summary>
public sealed class InstallationTokens(KeyStore keys, TimeProvider clock, IConfiguration config) : IServiceTokens, ITrustedIssuer
{
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Expires)> own = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string? Issuer => config.GetValue("Services:InstallationTokens", true) ? "doseline-installation" : null;

    /// <inheritdoc/>
    public string Audience => "doseline";

    /// <inheritdoc/>
    public string? TokenType => "at+jwt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256];

    /// <inheritdoc/>
    public ValueTask<SecurityKey?> KeyAsync(string kid, CancellationToken cancel) => new(new ECDsaSecurityKey(keys.Signing("tokens")));

    /// <inheritdoc/>
    public Caller? CallerOf(JsonWebToken token)
    {
        const string prefix = "service:";
        return token.Subject.StartsWith(prefix, StringComparison.Ordinal) && token.Subject.Length > prefix.Length ? Caller.Service(token.Subject[prefix.Length..]) : null;
    }

    /// <inheritdoc/>
    public ValueTask<string> ForAsync(string service)
    {
        var now = clock.GetUtcNow();
        if (own.TryGetValue(service, out var kept) && kept.Expires > now + Lifetime / 2) return new(kept.Token);
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "doseline-installation",
            Audience = Audience,
            TokenType = TokenType,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Subject = new ClaimsIdentity([new Claim("sub", Caller.Service(service).Subject)]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(keys.Signing("tokens")), SecurityAlgorithms.EcdsaSha256),
        });
        own[service] = (token, now + Lifetime);
        return new(token);
    }
}
