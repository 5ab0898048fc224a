using System.Text.Json.Nodes;
using Doseline.Identity.Data;
using Doseline.Platform.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Doseline.Identity.Oidc;

/// <summary>Who the bearer of an access token is (OpenID Connect Core 5.3). OpenIddict takes the token from the request; whether it counts, the platform's own reader says, as everywhere.</summary>
sealed class UserInfoEndpoint(IdentityDb db, ITokenReader tokens)
{
    public async Task<IResult> WhoAsync(HttpContext context)
    {
        var token = await context.GetTokenAsync(Provider.Scheme, OpenIddictServerAspNetCoreConstants.Tokens.AccessToken);
        var caller = token is null ? null : await tokens.ReadAsync(token);
        var person = caller is null ? null : await db.People.AsNoTracking().FirstOrDefaultAsync(p => p.Id == caller.Subject, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (person is null) return Provider.Error(Errors.InvalidToken, "The access token is nobody's.");
        JsonObject who = new() { [Claims.Subject] = person.Id };
        if (caller!.Scopes?.Contains(Scopes.Profile, StringComparer.Ordinal) is true) (who[Claims.Name], who[Claims.PreferredUsername]) = (person.Name, person.Login);
        return Results.Json(who);
    }
}
