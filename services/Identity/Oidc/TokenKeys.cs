using Doseline.Identity.Keys;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Doseline.Identity.Oidc;

/// <summary>The keys that sign what others read, asked for at each use, so that they rotate in a running process and in all replicas at once.</summary>
sealed class TokenKeys(SigningKeys keys) :
    IOpenIddictServerHandler<GenerateTokenContext>, IOpenIddictServerHandler<ValidateTokenContext>, IOpenIddictServerHandler<HandleJsonWebKeySetRequestContext>
{
    public async ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType is TokenTypeIdentifiers.AccessToken or TokenTypeIdentifiers.IdentityToken) context.SigningCredentials = (await keys.CurrentAsync(context.CancellationToken)).Credentials;
        // The client is named by client_id.
        if (context.TokenType is TokenTypeIdentifiers.AccessToken) context.Principal.RemoveClaims(Claims.Private.Presenter);
    }

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion)) return;
        // An id token that is brought for signing out only says which session it was, however old it is.
        var known = context.DisableLifetimeValidation ? await keys.HistoryAsync(context.CancellationToken) : await keys.PublishedAsync(context.CancellationToken);
        var parameters = context.TokenValidationParameters;
        parameters.IssuerSigningKeys = [.. parameters.IssuerSigningKeys, .. known.Select(k => new JsonWebKey(k.Jwk))];
    }

    public async ValueTask HandleAsync(HandleJsonWebKeySetRequestContext context)
    {
        foreach (var key in await keys.PublishedAsync(context.CancellationToken)) context.Keys.Add(new JsonWebKey(key.Jwk));
    }
}
