using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Doseline.Identity.Oidc;

/// <summary>
/// Which client asks, and whether it is who it says (RFC 6749, 2.3; RFC 7523). OpenIddict reads what it sent and checks its statement; accounts, their secrets and
/// keys, and the statements that were used, are rows of ours.
/// </summary>
sealed class ClientProof(IdentityDb db, IssuerAddress issuer, TimeProvider clock, ILogger<ClientProof> log) : IOpenIddictServerHandler<ValidateTokenContext>, IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    const int ClientIdLengthMax = 200;
    const int ProofLengthMax = 200;
    static readonly TimeSpan AssertionAgeMax = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>The client that proved itself for this request; null before that.</summary>
    public Client? Proven { get; private set; }

    /// <summary>The client of that name; null when there is none that is turned on.</summary>
    public async Task<Client?> FindAsync(string? clientId, CancellationToken cancel) => (await Named(clientId).FirstOrDefaultAsync(cancel))?.ToClient(issuer.Value);

    /// <summary>Says by which key, for whom and for how long a client's statement counts.</summary>
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (!context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion)) return ValueTask.CompletedTask;
        var parameters = context.TokenValidationParameters;
        // Asked in the middle of the check, which waits for nothing.
        parameters.IssuerSigningKeyResolver = (_, token, _, _) => Named(token.Issuer).FirstOrDefault() is { Proof: AccountProof.Key } account ? new JsonWebKeySet(account.Jwks).Keys.Where(k => k.Kty is "EC" or "RSA") : [];
        parameters.ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];
        // RFC 7523bis would have a type of its own, which clients of today do not send.
        parameters.TypeValidator = (_, _, _) => JsonWebTokenTypes.ClientAuthentication;
        (parameters.ValidateIssuer, parameters.ValidateAudience, parameters.ValidateLifetime, parameters.RequireExpirationTime) = (true, true, true, true);
        parameters.IssuerValidator = (name, token, _) => token is JsonWebToken { Id.Length: > 0 and <= ProofLengthMax } jwt && jwt.Subject == name ? name : throw new SecurityTokenInvalidIssuerException("A statement is its client's own, and has an id.");
        // OpenID Connect Core 9 names the token endpoint; RFC 7523bis the issuer. Both are us.
        (parameters.ValidAudiences, context.DisableAudienceValidation) = ([issuer.Value, issuer.Value + OidcPaths.Token], true);
        var now = clock.GetUtcNow();
        parameters.LifetimeValidator = (notBefore, expires, _, _) => !(notBefore > (now + Skew).UtcDateTime) && expires > now.UtcDateTime && expires <= (now + AssertionAgeMax + Skew).UtcDateTime;
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets a client in that proved itself by exactly one proof, the one it is to use.</summary>
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.EndpointType is not (OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.Revocation)) return;
        var client = await FindAsync(context.ClientId, context.CancellationToken);
        var proven = (client?.Proof, context.ClientSecret, context.ClientAssertionPrincipal) switch
        {
            (AccountProof.Secret, { Length: > 0 and <= ProofLengthMax } secret, null) => await HasSecretAsync(client!, secret, context.CancellationToken),
            (AccountProof.Key, null, { } statement) when context.ClientAssertionType is ClientAssertionTypes.JwtBearer => await IsFirstUseAsync(client!, statement.GetClaim(Claims.JwtId)!, context.CancellationToken),
            // It proves itself by the verifier of its code, and can do nothing without one.
            (AccountProof.None, null, null) => true,
            _ => false,
        };
        if (proven) Proven = client;
        else context.Reject(Errors.InvalidClient, "The client is not known, or did not prove who it is.");
    }

    // A name longer than any that could be given is not looked for.
    IQueryable<AccountRow> Named(string? clientId)
    {
        var known = clientId is { Length: <= ClientIdLengthMax } ? clientId : "";
        return db.Accounts.AsNoTracking().Where(a => a.ClientId == known && !a.Disabled);
    }

    async Task<bool> HasSecretAsync(Client client, string secret, CancellationToken cancel)
    {
        var (hash, now) = (Hashes.Of(secret), db.Now);
        return await db.ClientSecrets.AnyAsync(s => s.AccountId == client.Id && s.Hash == hash && (s.UntilTime == null || s.UntilTime > now), cancel);
    }

    // OpenIddict takes a statement as often as it is sent.
    async Task<bool> IsFirstUseAsync(Client client, string jti, CancellationToken cancel)
    {
        db.Assertions.Add(new AssertionRow { ClientId = client.ClientId, Jti = jti, ExpireTime = db.Now + AssertionAgeMax + Skew });
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
}
