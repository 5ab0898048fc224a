using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Passwords;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Oidc;

/// <summary>Signs people in for an application: the authorization endpoint and the forms behind it (OpenID Connect Core 3.1).</summary>
sealed class SignInEndpoint(
    IdentityDb db, ClientProof clients, Sessions sessions, Credentials credentials, Cookies cookies, IssuerAddress issuer, ILogger<SignInEndpoint> log)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>The authorization endpoint.</summary>
    public async Task<IResult> AuthorizeAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (OAuthAnswers.SecretInAddress(context, log) is { } secret) return Stay(context, $"{secret} does not belong into an address.");
        var sent = HttpMethods.IsPost(context.Request.Method) && context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(cancel)).ToDictionary(f => f.Key, IReadOnlyList<string> (f) => [.. f.Value.Select(v => v ?? "")], StringComparer.Ordinal)
            : context.Request.Query.ToDictionary(f => f.Key, IReadOnlyList<string> (f) => [.. f.Value.Select(v => v ?? "")], StringComparer.Ordinal);
        var client = await clients.FindAsync(sent.GetValueOrDefault("client_id") is [var id, ..] ? id : null, cancel);
        var decision = Authorize.Read(sent, client);
        if (decision.Request is not { } request) return decision.RedirectUri is null ? Stay(context, decision.Error!.Description) : Back(decision.RedirectUri, decision.State, decision.Error!);

        var session = await sessions.FindAsync(cookies.SessionOf(context), cancel);
        if (session is not null && request.IsServedBy(session.AuthTime, db.Now)) return await GoOnAsync(context, request, session);
        if (request.Silent) return Back(request.RedirectUri, request.State, new OAuthError("login_required", "Nobody is signed in."));

        var browser = Entropy.Token();
        SignInRow row = new() { Id = db.Ids.New(), BrowserHash = Hashes.Of(browser), Query = JsonSerializer.Serialize(request), ExpireTime = db.Now + Patience };
        db.SignIns.Add(row);
        await db.SaveChangesAsync(cancel);
        cookies.SetSignIn(context, browser);
        return Pages.SignIn(context, row.Id, request.LoginHint, client!.Name, null, request.RedirectUri);
    }

    /// <summary>The form with name and password.</summary>
    public async Task<IResult> SignInAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (await UnderWayAsync(context) is not var (row, request, form)) return Over(context);
        var login = form["login"].ToString();
        var check = await credentials.SignInAsync(login, form["password"].ToString(), cancel);
        if (check.MustChange) return Pages.Password(context, row.Id, login, [], request.RedirectUri);
        if (check.Refusal is { } refusal)
        {
            var application = (await clients.FindAsync(request.ClientId, cancel))?.Name ?? request.ClientId;
            return Pages.SignIn(context, row.Id, login, application, Told(refusal), request.RedirectUri);
        }

        return await EnterAsync(context, row, request, check.PersonId!);
    }

    /// <summary>The form with a new password; whoever sets one is signed in with it.</summary>
    public async Task<IResult> PasswordAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (await UnderWayAsync(context) is not var (row, request, form)) return Over(context);
        var (login, wanted) = (form["login"].ToString(), form["new_password"].ToString());
        try
        {
            if (wanted != form["new_password_again"].ToString()) throw new RefusedException(Refusal.Invalid("new_password_again", "PASSWORDS_DIFFER", "The two new passwords differ."));
            return await EnterAsync(context, row, request, await credentials.ChangeAndSignInAsync(login, form["current_password"].ToString(), wanted, cancel));
        }
        catch (RefusedException refused)
        {
            return Pages.Password(context, row.Id, login, [.. refused.Refusals.Select(r => r.Kind is RefusalKind.Unauthenticated ? r with { Message = Told(r) } : r)], request.RedirectUri);
        }
    }

    async Task<IResult> EnterAsync(HttpContext context, SignInRow row, AuthorizeRequest request, string personId)
    {
        var cancel = context.RequestAborted;
        // Good once: the page cannot be sent again with another person's name.
        if (await db.SignIns.Where(s => s.Id == row.Id).ExecuteDeleteAsync(cancel) == 0) return Over(context);
        db.Discard();
        // The session of who sat here before ends, so that nobody goes on under another's name.
        if (await sessions.FindAsync(cookies.SessionOf(context), cancel) is { } before) await sessions.EndAsync(before.Id, "another sign-in", cancel);
        var (session, cookie) = await sessions.BeginAsync(personId, cancel);
        cookies.SetSession(context, cookie);
        log.LogInformation("Person {PersonId} signed in to {ClientId}, session {SessionId}", personId, request.ClientId, session.Id);
        return await GoOnAsync(context, request, session);
    }

    async Task<IResult> GoOnAsync(HttpContext context, AuthorizeRequest request, SessionRow session)
    {
        var code = await sessions.CodeAsync(session, request, context.RequestAborted);
        OAuthAnswers.NeverKept(context);
        return See(request.RedirectUri, ("code", code), ("state", request.State), ("iss", issuer.Value));
    }

    async Task<(SignInRow Row, AuthorizeRequest Request, IFormCollection Form)?> UnderWayAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType) return null;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var id = form["sign_in"].ToString();
        var row = await db.SignIns.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, context.RequestAborted);
        if (row is null || row.ExpireTime <= db.Now || cookies.SignInOf(context) is not { Length: > 0 } cookie) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.BrowserHash), Encoding.ASCII.GetBytes(Hashes.Of(cookie)))) return null;
        return (row, JsonSerializer.Deserialize<AuthorizeRequest>(row.Query)!, form);
    }

    IResult Back(string redirectUri, string state, OAuthError error) => See(redirectUri, ("error", error.Error), ("error_description", error.Description), ("state", state), ("iss", issuer.Value));

    // 303: the browser asks for the new address with GET, so that no password is sent along.
    static IResult See(string uri, params (string Name, string Value)[] parameters) => new SeeOther(
        QueryHelpers.AddQueryString(uri, parameters.Where(p => p.Value.Length > 0).Select(p => new KeyValuePair<string, string?>(p.Name, p.Value))));

    IResult Stay(HttpContext context, string why)
    {
        log.LogWarning(SecurityEvents.RequestRefused, "Authorization request refused: {Why}", why);
        return Pages.Message(context, "This link cannot be followed", why, StatusCodes.Status400BadRequest);
    }

    static IResult Over(HttpContext context) =>
        Pages.Message(context, "Please begin again", "This sign-in is over, or was begun in another browser. Go back to the application and sign in again.", StatusCodes.Status400BadRequest);

    static string Told(Refusal refusal) => refusal.Code is "PERSON_LOCKED_OUT"
        ? "Too many wrong passwords. Try again in a quarter of an hour, or ask an administrator."
        : refusal.Code is "ONE_TIME_PASSWORD_EXPIRED" or "PERSON_INACTIVE" or "PERSON_LOCKED" ? "This sign-in is not open. Ask an administrator." : SignIn.Wrong.Message;

    sealed record SeeOther(string Address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = Address;
            return Task.CompletedTask;
        }
    }
}
