using System.Security.Claims;
using Doseline.Kernel.Rules;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>
/// Tokens that anybody with the key <c>development</c> makes for any role: for tests, load tests and trying things out. They are
/// accepted only by a host that was started with <c>Development:Tokens=true</c>, and by no other.
/// </summary>
public sealed class DevelopmentTokens(KeyStore keys, TimeProvider clock, IConfiguration? config = null) : ITrustedIssuer
{
    /// <summary>The setting without which a host refuses these tokens.</summary>
    public const string Setting = "Development:Tokens";

    /// <summary>Name of the key, in the key store; nobody has it but who tries things out.</summary>
    public const string KeyName = "development";

    const string Name = "doseline-development";

    readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };

    /// <inheritdoc/>
    public string? Issuer => config?.GetValue(Setting, false) is true ? Name : null;

    /// <inheritdoc/>
    public string Audience => "doseline";

    /// <inheritdoc/>
    public string? TokenType => null;

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256];

    /// <summary>Issues a token.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="lifetime">How long it is valid from now.</param>
    public string Issue(Caller caller, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
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
                .. caller.SitesByRole is null ? [] : caller.Rights.Select(right => new Claim("grant", right.ToString())),
            ]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(keys.Signing(KeyName)), SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SecurityKey>> KeysAsync(string kid, CancellationToken cancel) => new([new ECDsaSecurityKey(keys.Signing(KeyName))]);

    /// <inheritdoc/>
    public Caller? CallerOf(JsonWebToken token) => new()
    {
        Subject = token.Subject,
        Name = Claims(token, "name").FirstOrDefault() ?? token.Subject,
        Roles = [.. Claims(token, "role")],
        Sites = [.. Claims(token, "site")],
        SitesByRole = Claims(token, "grant").Select(Right.Read).OfType<Right>().ToList() is [_, ..] rights ? Caller.ByRole(rights) : null,
        IsDevelopment = true,
    };

    static IEnumerable<string> Claims(JsonWebToken jwt, string type) => jwt.Claims.Where(c => c.Type == type).Select(c => c.Value);
}
