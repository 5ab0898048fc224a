using Doseline.Identity.Domain;
using Doseline.Identity.Keys;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Oidc;

/// <summary>Signs people out (OpenID Connect RP-Initiated Logout 1.0). The id token comes in a form, never in an address; without one the person is asked.</summary>
sealed class EndSessionEndpoint(ClientProof clients, Sessions sessions, SigningKeys keys, Cookies cookies, IssuerAddress issuer, ILogger<EndSessionEndpoint> log)
{
    public async Task<IResult> EndAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (OAuthAnswers.SecretInAddress(context, log) is { } secret) return Pages.Message(context, "This link cannot be followed", $"{secret} does not belong into an address; send a form.", StatusCodes.Status400BadRequest);
        var posted = HttpMethods.IsPost(context.Request.Method);
        var sent = posted && context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(cancel)).ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal)
            : context.Request.Query.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal);
        var hint = await HintAsync(sent.GetValueOrDefault("id_token_hint") ?? "", cancel);
        var clientId = hint?.Audiences.FirstOrDefault() ?? sent.GetValueOrDefault("client_id", "");
        var client = await clients.FindAsync(clientId, cancel);
        var wanted = sent.GetValueOrDefault("post_logout_redirect_uri", "");
        var state = sent.GetValueOrDefault("state", "");
        // Only to an address of the client's own; otherwise the person stays here.
        var returnTo = client is { Kind: AccountKind.Application } && client.PostLogoutUris.Contains(wanted, StringComparer.Ordinal) ? wanted : "";
        var session = await sessions.FindAsync(cookies.SessionOf(context), cancel);
        var ended = hint?.TryGetPayloadValue<string>("sid", out var sid) is true ? sid : null;

        if (posted && (ended is not null || sent.GetValueOrDefault("confirmed") == "yes"))
        {
            if (ended is not null) await sessions.EndAsync(ended, "signed out", cancel);
            if (session is not null && (ended is null || session.Id == ended))
            {
                await sessions.EndAsync(session.Id, "signed out", cancel);
                cookies.ClearSession(context);
            }
        }
        else if (session is not null)
        {
            return Pages.SignOut(context, clientId, returnTo, state, returnTo);
        }

        return returnTo is "" ? Pages.Message(context, "Signed out", "Nobody is signed in here any more.")
            : Results.Redirect(state is "" ? returnTo : QueryHelpers.AddQueryString(returnTo, "state", state));
    }

    // One of ours, whoever holds it and however old: it only says which session it was.
    async Task<JsonWebToken?> HintAsync(string token, CancellationToken cancel)
    {
        if (token is "") return null;
        var known = await keys.HistoryAsync(cancel);
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Value,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = known.Select(k => new JsonWebKey(k.Jwk)),
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? result.SecurityToken as JsonWebToken : null;
    }
}
