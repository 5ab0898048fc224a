using System.Net;
using System.Text;
using Doseline.Kernel.Rules;

namespace Doseline.Identity.Oidc;

/// <summary>The pages people see when they sign in: plain HTML that needs no script, reads well aloud and large, and cannot be framed.</summary>
static class Pages
{
    /// <summary>Asks for name and password.</summary>
    public static IResult SignIn(HttpContext context, string signIn, string login, string application, string? fault, string returnTo) => Page(context, "Sign in", $"""
        <p>to go on to <strong>{Text(application)}</strong></p>
        {Alert(fault)}
        <form method="post" action="{OidcPaths.SignIn}">
          <input type="hidden" name="sign_in" value="{Text(signIn)}">
          <label for="login">Name</label>
          <input id="login" name="login" value="{Text(login)}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64" {(login is "" ? "autofocus" : "")}>
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128" {(login is "" ? "" : "autofocus")}>
          <button>Sign in</button>
        </form>
        """, StatusOf(fault), returnTo);

    /// <summary>Asks for a new password.</summary>
    public static IResult Password(HttpContext context, string signIn, string login, IReadOnlyList<Refusal> faults, string returnTo) => Page(context, "Choose a password", $"""
        <p>The password you gave is good only for choosing one of your own, which nobody else knows: at least {Domain.PasswordPolicy.LengthMin} characters. A few unrelated words are best.</p>
        {Alert([.. faults.Select(f => f.Message)])}
        <form method="post" action="{OidcPaths.Password}">
          <input type="hidden" name="sign_in" value="{Text(signIn)}">
          <label for="login">Name</label>
          <input id="login" name="login" value="{Text(login)}" autocomplete="username" readonly>
          <label for="current">Password you gave</label>
          <input id="current" name="current_password" type="password" autocomplete="current-password" required maxlength="128" autofocus>
          <label for="new">New password</label>
          <input id="new" name="new_password" type="password" autocomplete="new-password" required minlength="{Domain.PasswordPolicy.LengthMin}" maxlength="{Domain.PasswordPolicy.LengthMax}">
          <label for="again">New password, again</label>
          <input id="again" name="new_password_again" type="password" autocomplete="new-password" required maxlength="{Domain.PasswordPolicy.LengthMax}">
          <button>Set password</button>
        </form>
        """, faults is [] ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, returnTo);

    /// <summary>Asks whether to sign out, so that a link on another site cannot do it.</summary>
    public static IResult SignOut(HttpContext context, string clientId, string postLogoutUri, string state, string returnTo) => Page(context, "Sign out", $"""
        <form method="post" action="{OidcPaths.EndSession}">
          <input type="hidden" name="confirmed" value="yes">
          <input type="hidden" name="client_id" value="{Text(clientId)}">
          <input type="hidden" name="post_logout_redirect_uri" value="{Text(postLogoutUri)}">
          <input type="hidden" name="state" value="{Text(state)}">
          <button autofocus>Sign out</button>
        </form>
        """, StatusCodes.Status200OK, returnTo);

    /// <summary>Says something and asks nothing.</summary>
    public static IResult Message(HttpContext context, string title, string message, int status = StatusCodes.Status200OK) =>
        Page(context, title, $"<p>{Text(message)}</p>", status, "");

    /// <summary>How they look: large, calm, in light and dark, with contrast of at least 7 to 1.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --ink: #14202b; --paper: #f5f7f8; --card: #fff; --line: #5b6b78; --act: #0b4f6c; --on: #fff; --bad: #8a1020; }
        @media (prefers-color-scheme: dark) { :root { --ink: #eef3f6; --paper: #0f171d; --card: #17222b; --line: #9fb0bd; --act: #8fd3f0; --on: #06222f; --bad: #ffb3ba; } }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--paper); color: var(--ink); font: 1.125rem/1.5 system-ui, sans-serif; }
        main { width: min(28rem, 100%); background: var(--card); border-top: .375rem solid var(--act); border-radius: .25rem; padding: 2rem; }
        h1 { margin: 0; font-size: 1.75rem; }
        .brand { margin: 0 0 1.5rem; font-weight: 600; letter-spacing: .04em; color: var(--act); }
        label { display: block; margin-top: 1rem; font-weight: 600; }
        input { width: 100%; min-height: 3rem; padding: .5rem .75rem; font: inherit; color: inherit; background: transparent; border: 2px solid var(--line); border-radius: .25rem; }
        input[readonly] { border-style: dotted; }
        button { width: 100%; min-height: 3.25rem; margin-top: 1.5rem; font: inherit; font-weight: 600; color: var(--on); background: var(--act); border: 0; border-radius: .25rem; cursor: pointer; }
        :focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
        .fault { border-left: .375rem solid var(--bad); padding: .25rem 0 .25rem .75rem; color: var(--bad); font-weight: 600; }
        .fault ul { margin: 0; padding-left: 1.25rem; }
        """;

    static IResult Page(HttpContext context, string title, string body, int status, string returnTo)
    {
        var headers = context.Response.Headers;
        // A form's answer may redirect to the application; browsers hold that against form-action too.
        var after = Uri.TryCreate(returnTo, UriKind.Absolute, out var uri) ? " " + uri.GetLeftPart(UriPartial.Authority) : "";
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'self'; form-action 'self'{after}; frame-ancestors 'none'; base-uri 'none'";
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return Results.Content($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title} – Doseline</title>
            <link rel="stylesheet" href="{OidcPaths.Style}">
            </head>
            <body>
            <main>
            <p class="brand">Doseline</p>
            <h1>{title}</h1>
            {body}
            </main>
            </body>
            </html>
            """, "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    static string Alert(params IReadOnlyList<string?> faults) => faults.All(f => f is null) ? "" : faults is [var only]
        ? $"""<p class="fault" role="alert">{Text(only!)}</p>"""
        : $"""<div class="fault" role="alert"><ul>{string.Concat(faults.Select(f => $"<li>{Text(f!)}</li>"))}</ul></div>""";

    static int StatusOf(string? fault) => fault is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
