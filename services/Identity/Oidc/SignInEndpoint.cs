using System.Security.Cryptography;
using System.Text;
using Doseline.Identity.Data;
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
    IdentityDb db, ClientProof clients, Sessions sessions, Credentials credentials, Cookies cookies, SignInTickets tickets, SignInThrottle throttle, ILogger<SignInEndpoint> log)
{
    const string Refused = "Name or password is wrong, or this sign-in is not open now. After several wrong passwords it is closed for a quarter of an hour; if it stays closed, ask an administrator.";

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
        var ticket = tickets.Seal(new SignInTicket(db.Ids.New(), Hashes.Of(browser), QueryOf(request), db.Now + Patience));
        cookies.SetSignIn(context, browser);
        var client = await clients.FindAsync(request.ClientId, cancel);
        return Pages.SignIn(context, ticket, request.LoginHint ?? "", client!.Name, null, request.RedirectUri!);
    }

    /// <summary>The form with name and password.</summary>
    public async Task<IResult> SignInAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (await UnderWayAsync(context) is not var (ticket, request, form)) return Over(context);
        if (!throttle.Admits(context)) return Busy(context);
        var login = form["login"].ToString();
        var check = await credentials.SignInAsync(login, form["password"].ToString(), cancel);
        if (check.MustChange) return Pages.Password(context, tickets.Seal(ticket), login, [], request.RedirectUri!);
        if (check.Refusal is { Kind: RefusalKind.Overload }) return Busy(context);
        if (check.Refusal is not null)
        {
            var application = (await clients.FindAsync(request.ClientId, cancel))?.Name ?? request.ClientId ?? "";
            return Pages.SignIn(context, tickets.Seal(ticket), login, application, Refused, request.RedirectUri!);
        }

        return await EnterAsync(context, ticket, check.PersonId!);
    }

    /// <summary>The form with a new password; whoever sets one is signed in with it.</summary>
    public async Task<IResult> PasswordAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (await UnderWayAsync(context) is not var (ticket, request, form)) return Over(context);
        if (!throttle.Admits(context)) return Busy(context);
        var (login, wanted) = (form["login"].ToString(), form["new_password"].ToString());
        try
        {
            if (wanted != form["new_password_again"].ToString()) throw new RefusedException(Refusal.Invalid("new_password_again", "PASSWORDS_DIFFER", "The two new passwords differ."));
            var personId = await credentials.ChangeAndSignInAsync(login, form["current_password"].ToString(), wanted, cancel);
            // Whoever still works under the old password, somewhere, gave it to somebody or had it taken.
            await sessions.EndAllAsync(personId, "password changed", cancel);
            return await EnterAsync(context, ticket, personId);
        }
        catch (RefusedException refused)
        {
            return Pages.Password(context, tickets.Seal(ticket), login, [.. refused.Refusals.Select(r => r.Kind is RefusalKind.Unauthenticated ? r with { Message = Refused } : r)], request.RedirectUri!);
        }
    }

    async Task<IResult> EnterAsync(HttpContext context, SignInTicket ticket, string personId)
    {
        var cancel = context.RequestAborted;
        // Good once: the page cannot be sent again with another person's name. Of two that come at once the table takes one.
        db.Discard();
        db.UsedSignIns.Add(new UsedSignInRow { Id = ticket.Id, ExpireTime = ticket.ExpireTime });
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            return Over(context);
        }

        // The session of who sat here before ends, so that nobody goes on under another's name.
        if (await sessions.FindAsync(cookies.SessionOf(context), cancel) is { } before) await sessions.EndAsync(before.Id, "another sign-in", cancel);
        var (session, cookie) = await sessions.BeginAsync(personId, cancel);
        cookies.SetSession(context, cookie);
        log.LogInformation("Person {PersonId} signed in, session {SessionId}", personId, session.Id);
        // The request goes on as it came, and is held against the application as it is now.
        context.Items[Entered] = session;
        (context.Request.Method, context.Request.Path, context.Request.QueryString) = (HttpMethods.Get, OidcPaths.Authorize, new QueryString(ticket.Query));
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

    async Task<(SignInTicket Ticket, OpenIddictRequest Request, IFormCollection Form)?> UnderWayAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType) return null;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var ticket = tickets.Open(form["sign_in"].ToString());
        if (ticket is null || ticket.ExpireTime <= db.Now || cookies.SignInOf(context) is not { Length: > 0 } cookie) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ticket.BrowserHash), Encoding.ASCII.GetBytes(Hashes.Of(cookie)))) return null;
        // Looked at before a password is, so that a page that is over counts none; who comes at the same instant is told by the table.
        if (await db.UsedSignIns.AnyAsync(s => s.Id == ticket.Id, context.RequestAborted)) return null;
        return (ticket, new OpenIddictRequest(QueryHelpers.ParseQuery(ticket.Query).Select(p => new KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>(p.Key, p.Value))), form);
    }

    // True when the session is young enough and neither the application asks for name and password nor is it the console: what stands open on a shared screen
    // and was locked there is opened by a password alone, whatever became of the browser's cookies.
    bool Serves(SessionRow session, OpenIddictRequest request) =>
        request.ClientId is not FirstAdministrator.ConsoleClient && !request.HasPromptValue(PromptValues.Login) && !request.HasPromptValue(PromptValues.SelectAccount) && (request.MaxAge is not { } max || session.AuthTime.AddSeconds(max) > db.Now);

    static string QueryOf(OpenIddictRequest request) => QueryString.Create(request.GetParameters().Select(p => new KeyValuePair<string, string?>(p.Key, (string?)p.Value))).ToString();

    static IResult Over(HttpContext context) =>
        Pages.Message(context, "Please begin again", "This sign-in is over, or was begun in another browser. Go back to the application and sign in again.", StatusCodes.Status400BadRequest);

    static IResult Busy(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "10";
        return Pages.Message(context, "Too many tries", "More passwords were tried than are looked at. Wait a moment, then go back and try again.", StatusCodes.Status429TooManyRequests);
    }
}
