using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Keys;
using Doseline.Platform.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Oidc;

/// <summary>Makes access tokens (RFC 9068) and id tokens, ES256.</summary>
public sealed class TokenMaker(IssuerAddress issuer, SigningKeys keys, IdentityOptions options, TimeProvider clock)
{
    /// <summary>Value of <c>aud</c> in access tokens: the API.</summary>
    public const string Audience = "doseline";

    /// <summary>Header <c>typ</c> of access tokens, which id tokens do not have, so that neither passes for the other.</summary>
    public const string AccessTokenType = "at+jwt";

    readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>An access token of a person.</summary>
    public Task<string> PersonAsync(PersonRow person, TokenFamilyRow family, IReadOnlyList<Right> rights, CancellationToken cancel) =>
        AccessAsync(person.Id, person.Name, family.ClientId, family.Scopes, rights, new()
        {
            ["sid"] = family.SessionId,
            ["auth_time"] = family.AuthTime.ToUnixTimeSeconds(),
        }, cancel);

    /// <summary>An access token of an account, for itself.</summary>
    public Task<string> AccountAsync(Client client, string scopes, IReadOnlyList<Right> rights, CancellationToken cancel) =>
        AccessAsync(client.Kind is AccountKind.Service ? client.ClientId : client.Id, client.Name, client.ClientId, scopes, rights, [], cancel);

    /// <summary>An id token: who signed in, for the client that asked, and for nothing else.</summary>
    public async Task<string> IdAsync(PersonRow person, TokenFamilyRow family, string nonce, CancellationToken cancel)
    {
        Dictionary<string, object> claims = new(StringComparer.Ordinal)
        {
            ["sub"] = person.Id,
            ["sid"] = family.SessionId,
            ["auth_time"] = family.AuthTime.ToUnixTimeSeconds(),
            ["name"] = person.Name,
            ["preferred_username"] = person.Login,
        };
        if (nonce.Length > 0) claims["nonce"] = nonce;
        return await SignAsync(family.ClientId, "JWT", claims, cancel);
    }

    Task<string> AccessAsync(string subject, string name, string clientId, string scopes, IReadOnlyList<Right> rights, Dictionary<string, object> claims, CancellationToken cancel)
    {
        claims["sub"] = subject;
        claims["name"] = name;
        claims["client_id"] = clientId;
        claims["scope"] = scopes;
        claims["jti"] = Entropy.Token(16);
        claims["role"] = rights.Select(r => r.Role).Distinct(StringComparer.Ordinal).ToArray();
        claims["site"] = rights.Select(r => r.SiteId).Distinct(StringComparer.Ordinal).ToArray();
        claims["grant"] = rights.Select(r => r.Grant).ToArray();
        return SignAsync(Audience, AccessTokenType, claims, cancel);
    }

    async Task<string> SignAsync(string audience, string type, Dictionary<string, object> claims, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer.Value,
            Audience = audience,
            TokenType = type,
            IssuedAt = now.UtcDateTime,
            Expires = (now + options.TokenLifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = (await keys.CurrentAsync(cancel)).Credentials,
        });
    }
}
