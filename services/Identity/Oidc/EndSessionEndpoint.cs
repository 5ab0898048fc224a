using Doseline.Identity.Domain;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;

namespace Doseline.Identity.Oidc;

/// <summary>Signs people out (OpenID Connect RP-Initiated Logout 1.0). Whoever brings an id token ends its session, by a link or a form; without one the person is asked.</summary>
sealed class EndSessionEndpoint(ClientProof clients, Sessions sessions, Cookies cookies)
{
    public async Task<IResult> EndAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        var sent = context.GetOpenIddictServerRequest()!;
        // One of ours, whoever holds it and however old: it only says which session it was.
        var hint = (await context.AuthenticateAsync(Provider.Scheme)).Principal;
        var clientId = hint?.GetAudiences().FirstOrDefault() ?? sent.ClientId;
        var client = await clients.FindAsync(clientId, cancel);
        // Only to an address of the client's own; otherwise the person stays here.
        var returnTo = client is { Kind: AccountKind.Application } && client.PostLogoutUris.Contains(sent.PostLogoutRedirectUri, StringComparer.Ordinal) ? sent.PostLogoutRedirectUri! : "";
        var session = await sessions.FindAsync(cookies.SessionOf(context), cancel);
        var ended = hint?.GetClaim("sid");

        if (ended is not null || (HttpMethods.IsPost(context.Request.Method) && (string?)sent["confirmed"] == "yes"))
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
            return Pages.SignOut(context, clientId ?? "", returnTo, sent.State ?? "", returnTo);
        }

        return returnTo is "" ? Pages.Message(context, "Signed out", "Nobody is signed in here any more.")
            : Results.Redirect(sent.State is null ? returnTo : QueryHelpers.AddQueryString(returnTo, "state", sent.State));
    }
}
