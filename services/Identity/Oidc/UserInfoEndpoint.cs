using System.Text.Json.Nodes;
using Doseline.Identity.Data;
using Doseline.Platform.Auth;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Oidc;

/// <summary>Who the bearer of an access token is (OpenID Connect Core 5.3).</summary>
sealed class UserInfoEndpoint(IdentityDb db, ITokenReader tokens, ILogger<UserInfoEndpoint> log)
{
    public async Task<IResult> WhoAsync(HttpContext context)
    {
        if (OAuthAnswers.SecretInAddress(context, log) is { } secret) return OAuthAnswers.Error(context, "invalid_request", $"{secret} does not belong into an address.");
        OAuthAnswers.NeverKept(context);
        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        var caller = header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? await tokens.ReadAsync(header[scheme.Length..]) : null;
        var person = caller is null ? null : await db.People.AsNoTracking().FirstOrDefaultAsync(p => p.Id == caller.Subject, context.RequestAborted);
        if (person is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        return Results.Json(new JsonObject { ["sub"] = person.Id, ["name"] = person.Name, ["preferred_username"] = person.Login });
    }
}
