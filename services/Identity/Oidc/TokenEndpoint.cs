using System.Text.Json.Nodes;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;

namespace Doseline.Identity.Oidc;

/// <summary>Exchanges a code, a refresh token or a client's own proof for tokens, and takes tokens back.</summary>
sealed class TokenEndpoint(IdentityDb db, ClientProof proof, Sessions sessions, TokenMaker maker, IdentityOptions options, ILogger<TokenEndpoint> log)
{
    /// <summary>RFC 6749, 3.2.</summary>
    public async Task<IResult> TokenAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (OAuthAnswers.SecretInAddress(context, log) is { } secret) return OAuthAnswers.Error(context, "invalid_request", $"{secret} does not belong into an address.");
        if (await FormAsync(context) is not { } form) return OAuthAnswers.Error(context, "invalid_request", "The request must be a form, each parameter once.");
        if (await proof.CheckAsync(context.Request, form, cancel) is not { } client) return OAuthAnswers.Error(context, "invalid_client", "The client is not known, or did not prove who it is.");
        switch (form["grant_type"].ToString())
        {
            case "authorization_code" when client.Kind is AccountKind.Application:
                return await sessions.TakeCodeAsync(form["code"].ToString(), client, form["redirect_uri"], form["code_verifier"], cancel) is { } given
                    ? await GiveAsync(context, given)
                    : OAuthAnswers.Error(context, "invalid_grant", "The code is not good, or no longer, or not for this client, redirect_uri and code_verifier.");
            case "refresh_token" when client.Kind is AccountKind.Application:
                return await sessions.TakeRefreshAsync(form["refresh_token"].ToString(), client, cancel) is { } renewed
                    ? await GiveAsync(context, renewed)
                    : OAuthAnswers.Error(context, "invalid_grant", "The refresh token is not good, or no longer, or not this client's.");
            case "client_credentials" when client.Kind is not AccountKind.Application && client.Proof is not AccountProof.None:
                return await OwnAsync(context, client, form["scope"].ToString());
            case "authorization_code" or "refresh_token" or "client_credentials":
                return OAuthAnswers.Error(context, "unauthorized_client", "This client may not use this grant.");
            case "":
                return OAuthAnswers.Error(context, "invalid_request", "grant_type is missing.");
            default:
                return OAuthAnswers.Error(context, "unsupported_grant_type", "Grants are authorization_code, refresh_token and client_credentials.");
        }
    }

    /// <summary>RFC 7009: ends what a refresh token belongs to. An access token ends with its session, or within minutes by itself.</summary>
    public async Task<IResult> RevokeAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (OAuthAnswers.SecretInAddress(context, log) is { } secret) return OAuthAnswers.Error(context, "invalid_request", $"{secret} does not belong into an address.");
        if (await FormAsync(context) is not { } form || form["token"].ToString() is not { Length: > 0 } token) return OAuthAnswers.Error(context, "invalid_request", "The request must be a form with a token.");
        if (await proof.CheckAsync(context.Request, form, cancel) is not { } client) return OAuthAnswers.Error(context, "invalid_client", "The client is not known, or did not prove who it is.");
        await sessions.RevokeAsync(token, client, cancel);
        OAuthAnswers.NeverKept(context);
        return Results.Ok();
    }

    async Task<IResult> GiveAsync(HttpContext context, Given given)
    {
        var cancel = context.RequestAborted;
        JsonObject answer = Answer(await maker.PersonAsync(given.Person, given.Family, await Right.OfAsync(db, given.Person.Id, cancel), cancel), given.Family.Scopes);
        answer["id_token"] = await maker.IdAsync(given.Person, given.Family, given.Nonce, cancel);
        if (given.RefreshToken is { } refresh) answer["refresh_token"] = refresh;
        OAuthAnswers.NeverKept(context);
        return Results.Json(answer);
    }

    async Task<IResult> OwnAsync(HttpContext context, Client client, string wanted)
    {
        var cancel = context.RequestAborted;
        string[] scopes = wanted is "" ? [.. client.Scopes.Where(ApiScopes.IsValid)] : wanted.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (scopes.FirstOrDefault(s => !client.Scopes.Contains(s, StringComparer.Ordinal)) is { } foreign) return OAuthAnswers.Error(context, "invalid_scope", $"This client may not ask for the scope {foreign}.");
        var granted = string.Join(' ', scopes);
        OAuthAnswers.NeverKept(context);
        return Results.Json(Answer(await maker.AccountAsync(client, granted, await Right.OfAsync(db, client.Id, cancel), cancel), granted));
    }

    JsonObject Answer(string accessToken, string scopes) => new()
    {
        ["access_token"] = accessToken,
        ["token_type"] = "Bearer",
        ["expires_in"] = (long)options.TokenLifetime.TotalSeconds,
        ["scope"] = scopes,
    };

    static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType) return null;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return form.All(f => f.Value.Count == 1) && form.Files.Count == 0 ? form : null;
    }
}
