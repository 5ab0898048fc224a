using System.Security.Cryptography;
using System.Text;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Passwords;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Doseline.Identity.Oidc;

/// <summary>Signs people in for an application: the authorization endpoint and the forms behind it (OpenID Connect Core 3.1).</summary>
sealed class SignInEndpoint(
    IdentityDb db, ClientProof clients, Sessions sessions, Credentials credentials, Cookies cookies, ILogger<SignInEndpoint> log)
{
    static readonly object Entered = new();
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>The authorization endpoint, for a request that was found sound.</summary>
    public async Task<IResult> AuthorizeAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        var request = context.GetOpenIddictServerRequest()!;
        if (context.Items[Entered] is SessionRow entered) return await GoOnAsync(context, request, entered);
        if (await sessions.FindAsync(cookies.SessionOf(context), cancel) is { } session && Serves(session, request)) return await GoOnAsync(context, request, session);
        if (request.HasPromptValue(PromptValues.None)) return Provider.Error(Errors.LoginRequired, "Nobody is signed in.");

        var browser = Entropy.Token();
        SignInRow row = new() { Id = db.Ids.New(), BrowserHash = Hashes.Of(browser), Query = QueryOf(request), ExpireTime = db.Now + Patience };
        db.SignIns.Add(row);
        await db.SaveChangesAsync(cancel);
        cookies.SetSignIn(context, browser);
        var client = await clients.FindAsync(request.ClientId, cancel);
        return Pages.SignIn(context, row.Id, request.LoginHint ?? "", client!.Name, null, request.RedirectUri!);
    }

    /// <summary>The form with name and password.</summary>
    public async Task<IResult> SignInAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (await UnderWayAsync(context) is not var (row, request, form)) return Over(context);
        var login = form["login"].ToString();
        var check = await credentials.SignInAsync(login, form["password"].ToString(), cancel);
        if (check.MustChange) return Pages.Password(context, row.Id, login, [], request.RedirectUri!);
        if (check.Refusal is { } refusal)
        {
            var application = (await clients.FindAsync(request.ClientId, cancel))?.Name ?? request.ClientId ?? "";
            return Pages.SignIn(context, row.Id, login, application, Told(refusal), request.RedirectUri!);
        }

        return await EnterAsync(context, row, check.PersonId!);
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
            return await EnterAsync(context, row, await credentials.ChangeAndSignInAsync(login, form["current_password"].ToString(), wanted, cancel));
        }
        catch (RefusedException refused)
        {
            return Pages.Password(context, row.Id, login, [.. refused.Refusals.Select(r => r.Kind is RefusalKind.Unauthenticated ? r with { Message = Told(r) } : r)], request.RedirectUri!);
        }
    }

    async Task<IResult> EnterAsync(HttpContext context, SignInRow row, string personId)
    {
        var cancel = context.RequestAborted;
        // Good once: the page cannot be sent again with another person's name.
        if (await db.SignIns.Where(s => s.Id == row.Id).ExecuteDeleteAsync(cancel) == 0) return Over(context);
        db.Discard();
        // The session of who sat here before ends, so that nobody goes on under another's name.
        if (await sessions.FindAsync(cookies.SessionOf(context), cancel) is { } before) await sessions.EndAsync(before.Id, "another sign-in", cancel);
        var (session, cookie) = await sessions.BeginAsync(personId, cancel);
        cookies.SetSession(context, cookie);
        log.LogInformation("Person {PersonId} signed in, session {SessionId}", personId, session.Id);
        // The request goes on as it came, and is held against the application as it is now.
        context.Items[Entered] = session;
        (context.Request.Method, context.Request.Path, context.Request.QueryString) = (HttpMethods.Get, OidcPaths.Authorize, new QueryString(row.Query));
        // 303: the browser asks for the new address with GET, so that no password is sent along.
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode is StatusCodes.Status302Found) context.Response.StatusCode = StatusCodes.Status303SeeOther;
            return Task.CompletedTask;
        });
        return await OidcEndpoints.AnswerAsync(context, AuthorizeAsync);
    }

    async Task<IResult> GoOnAsync(HttpContext context, OpenIddictRequest request, SessionRow session) =>
        Provider.Give(await sessions.BeginFamilyAsync(session, request.GetScopes(), context.RequestAborted));

    async Task<(SignInRow Row, OpenIddictRequest Request, IFormCollection Form)?> UnderWayAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType) return null;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var id = form["sign_in"].ToString();
        var row = await db.SignIns.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, context.RequestAborted);
        if (row is null || row.ExpireTime <= db.Now || cookies.SignInOf(context) is not { Length: > 0 } cookie) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.BrowserHash), Encoding.ASCII.GetBytes(Hashes.Of(cookie)))) return null;
        return (row, new OpenIddictRequest(QueryHelpers.ParseQuery(row.Query).Select(p => new KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>(p.Key, p.Value))), form);
    }

    // True when the session is young enough and the application does not ask for name and password.
    bool Serves(SessionRow session, OpenIddictRequest request) =>
        !request.HasPromptValue(PromptValues.Login) && !request.HasPromptValue(PromptValues.SelectAccount) && (request.MaxAge is not { } max || session.AuthTime.AddSeconds(max) > db.Now);

    static string QueryOf(OpenIddictRequest request) => QueryString.Create(request.GetParameters().Select(p => new KeyValuePair<string, string?>(p.Key, (string?)p.Value))).ToString();

    static IResult Over(HttpContext context) =>
        Pages.Message(context, "Please begin again", "This sign-in is over, or was begun in another browser. Go back to the application and sign in again.", StatusCodes.Status400BadRequest);

    static string Told(Refusal refusal) => refusal.Code is "PERSON_LOCKED_OUT"
        ? "Too many wrong passwords. Try again in a quarter of an hour, or ask an administrator."
        : refusal.Code is "ONE_TIME_PASSWORD_EXPIRED" or "PERSON_INACTIVE" or "PERSON_LOCKED" ? "This sign-in is not open. Ask an administrator." : SignIn.Wrong.Message;
}
