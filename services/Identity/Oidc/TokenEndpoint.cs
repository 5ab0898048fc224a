using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Doseline.Identity.Oidc;

/// <summary>Exchanges a code, a refresh token or a client's own proof, each sound and its client's own as far as OpenIddict can see, for tokens.</summary>
sealed class TokenEndpoint(IdentityDb db, ClientProof proof, Sessions sessions)
{
    /// <summary>RFC 6749, 3.2.</summary>
    public async Task<IResult> TokenAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        var request = context.GetOpenIddictServerRequest()!;
        var client = proof.Proven!;
        var own = request.IsClientCredentialsGrantType();
        if (own == client.Kind is AccountKind.Application) return Provider.Error(Errors.UnauthorizedClient, "This client may not use this grant.");
        if (own)
        {
            var wanted = request.GetScopes();
            if (wanted.FirstOrDefault(s => !client.Scopes.Contains(s, StringComparer.Ordinal)) is { } foreign) return Provider.Error(Errors.InvalidScope, $"This client may not ask for the scope {foreign}.");
            return Provider.Give(Principals.OfAccount(client, wanted is [] ? client.Scopes.Where(ApiScopes.IsValid) : wanted, await Held.OfAsync(db, client.Id, cancel)));
        }

        var held = (await context.AuthenticateAsync(Provider.Scheme)).Principal!;
        return await sessions.TakeAsync(held, client, cancel) is { } given
            ? Provider.Give(Principals.OfPerson(given, held.GetScopes(), await Held.OfAsync(db, given.Person.Id, cancel)))
            : Provider.Error(Errors.InvalidGrant, "The code or refresh token is not good any more.");
    }
}
