using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Kernel.Auth;

/// <summary>Turns a bearer token into a <see cref="Caller"/>.</summary>
public interface ITokenReader
{
    /// <summary>The caller, or null when the token is not valid now.</summary>
    ValueTask<Caller?> ReadAsync(string token);
}

/// <summary>Gives a service the token it calls other services with.</summary>
public interface IServiceTokens
{
    /// <summary>A token of the service's own account.</summary>
    ValueTask<string> ForAsync(string service);
}

/// <summary>
/// Issues and reads ES256 tokens with a key of this installation: the development form of identity. An identity service takes
/// its place by registering other implementations of <see cref="ITokenReader"/> and <see cref="IServiceTokens"/>.
/// </summary>
public sealed class DevelopmentTokens(KeyStore keys, TimeProvider clock) : ITokenReader, IServiceTokens
{
    const string Issuer = "doseline-development";
    const string Audience = "doseline";
    const int CacheMax = 10_000;
    static readonly TimeSpan ServiceLifetime = TimeSpan.FromHours(1);

    readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    readonly ConcurrentDictionary<string, (Caller Caller, DateTimeOffset Expires)> seen = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Expires)> own = new(StringComparer.Ordinal);

    /// <summary>Issues a token.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="lifetime">How long it is valid from now.</param>
    public string Issue(Caller caller, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            Subject = new ClaimsIdentity(
            [
                new Claim("sub", caller.Subject),
                new Claim("name", caller.Name),
                .. caller.Roles.Select(role => new Claim("role", role)),
                .. caller.Sites.Select(site => new Claim("site", site)),
            ]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(keys.Signing("tokens")), SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <inheritdoc/>
    public async ValueTask<Caller?> ReadAsync(string token)
    {
        var now = clock.GetUtcNow();
        // Checking a signature costs more than the rest of a small call, and a token is used many times.
        if (seen.TryGetValue(token, out var known) && known.Expires > now) return known.Caller;

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = new ECDsaSecurityKey(keys.Signing("tokens")),
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => notBefore <= now.UtcDateTime.AddMinutes(1) && expires > now.UtcDateTime,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Subject.Length: > 0 } jwt) return null;

        var caller = new Caller
        {
            Subject = jwt.Subject,
            Name = Claim(jwt, "name").FirstOrDefault() ?? jwt.Subject,
            Roles = [.. Claim(jwt, "role")],
            Sites = [.. Claim(jwt, "site")],
        };
        if (seen.Count >= CacheMax) seen.Clear();
        seen[token] = (caller, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
        return caller;
    }

    /// <inheritdoc/>
    public ValueTask<string> ForAsync(string service)
    {
        var now = clock.GetUtcNow();
        if (own.TryGetValue(service, out var kept) && kept.Expires > now + ServiceLifetime / 2) return new(kept.Token);
        var token = Issue(Caller.Service(service), ServiceLifetime);
        own[service] = (token, now + ServiceLifetime);
        return new(token);
    }

    static IEnumerable<string> Claim(JsonWebToken jwt, string type) => jwt.Claims.Where(c => c.Type == type).Select(c => c.Value);
}
