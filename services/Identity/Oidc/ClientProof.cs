using System.Net.Http.Headers;
using System.Text;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Oidc;

/// <summary>Finds out which client asks, and whether it is who it says (RFC 6749, 2.3; RFC 7523).</summary>
public sealed class ClientProof(IdentityDb db, IssuerAddress issuer, TimeProvider clock, ILogger<ClientProof> log)
{
    const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    static readonly TimeSpan AssertionAgeMax = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>The client of that name; null when there is none that is turned on.</summary>
    public async Task<Client?> FindAsync(string? clientId, CancellationToken cancel) =>
        clientId is { Length: > 0 and <= 200 } && await db.Accounts.AsNoTracking().FirstOrDefaultAsync(a => a.ClientId == clientId && !a.Disabled, cancel) is { } row ? row.ToClient(issuer.Value) : null;

    /// <summary>The client that sent a form; null when it did not prove who it is, by exactly one proof, the one it is to use.</summary>
    public async Task<Client?> CheckAsync(HttpRequest request, IFormCollection form, CancellationToken cancel)
    {
        var basic = Basic(request.Headers.Authorization.ToString());
        string? secret = form["client_secret"], assertion = form["client_assertion"];
        string? id = form["client_id"];
        if ((basic is null ? 0 : 1) + (secret is null ? 0 : 1) + (assertion is null ? 0 : 1) > 1) return Refused(id, "more than one proof");
        if (basic is { } pair) (id, secret) = (id is null || id == pair.Id ? pair.Id : null, pair.Secret);
        if (assertion is not null && form["client_assertion_type"] != AssertionType) return Refused(id, "unknown kind of statement");
        if (assertion is not null && id is null) id = Subject(assertion);
        if (await FindAsync(id, cancel) is not { } client) return Refused(id, "unknown client");
        var proven = client.Proof switch
        {
            AccountProof.Secret => secret is { Length: > 0 and <= 200 } && await HasSecretAsync(client, secret, cancel),
            AccountProof.Key => assertion is not null && await HasKeyAsync(client, assertion, cancel),
            // It proves itself by the verifier of its code, and can do nothing without one.
            _ => secret is null && assertion is null,
        };
        return proven ? client : Refused(client.ClientId, "wrong proof");
    }

    async Task<bool> HasSecretAsync(Client client, string secret, CancellationToken cancel)
    {
        var (hash, now) = (Hashes.Of(secret), db.Now);
        return await db.ClientSecrets.AnyAsync(s => s.AccountId == client.Id && s.Hash == hash && (s.UntilTime == null || s.UntilTime > now), cancel);
    }

    async Task<bool> HasKeyAsync(Client client, string assertion, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        JsonWebTokenHandler handler = new() { MapInboundClaims = false };
        var result = await handler.ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            ValidIssuer = client.ClientId,
            // OpenID Connect Core 9 names the token endpoint; RFC 7523bis the issuer. Both are us.
            ValidAudiences = [issuer.Value, issuer.Value + OidcPaths.Token],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            IssuerSigningKeys = new JsonWebKeySet(client.Jwks).Keys.Where(k => k.Kty is "EC" or "RSA"),
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => !(notBefore > (now + Skew).UtcDateTime) && expires > now.UtcDateTime && expires <= (now + AssertionAgeMax + Skew).UtcDateTime,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Id: { Length: > 0 and <= 200 } jti } jwt || jwt.Subject != client.ClientId) return false;
        db.Assertions.Add(new AssertionRow { ClientId = client.ClientId, Jti = jti, ExpireTime = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero) });
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException)
        {
            // Its id is there already: the statement was used before.
            db.Discard();
            log.LogWarning(SecurityEvents.Replayed, "A statement of {ClientId} was used twice", client.ClientId);
            return false;
        }
    }

    Client? Refused(string? clientId, string why)
    {
        log.LogWarning(SecurityEvents.ClientRefused, "Client {ClientId} refused: {Why}", clientId is { Length: > 100 } ? "(long)" : clientId, why);
        return null;
    }

    static string? Subject(string assertion)
    {
        JsonWebTokenHandler handler = new();
        try
        {
            return handler.CanReadToken(assertion) ? handler.ReadJsonWebToken(assertion).Subject : null;
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    static (string Id, string Secret)? Basic(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value) || !string.Equals(value.Scheme, "Basic", StringComparison.OrdinalIgnoreCase) || value.Parameter is null) return null;
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(value.Parameter));
            // RFC 6749, 2.3.1: both are form-encoded first.
            return text.Split(':', 2) is [var id, var secret] ? (Decode(id), Decode(secret)) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
