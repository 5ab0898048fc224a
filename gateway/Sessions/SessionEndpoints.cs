using System.Text.Json.Nodes;
using Doseline.Gateway.Front;
using Doseline.Platform.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Sessions;

/// <summary>Signing in to the console and out of it: <c>/session</c>, <c>/session/login</c>, <c>/session/callback</c>, <c>/session/logout</c>.</summary>
public sealed class SessionEndpoints(SignInProvider provider, IOptions<SignInOptions> options, TimeProvider clock, ILogger<SessionEndpoints> log)
{
    /// <summary>Where the provider sends the browser back to.</summary>
    public const string Callback = "/session/callback";

    const int ReturnLengthMax = 500;

    /// <summary>Maps the routes.</summary>
    public void Map(IEndpointRouteBuilder web)
    {
        web.MapGet("/session", WhoAsync);
        // Said as a delegate: a method of this shape would be taken for one that writes its answer itself.
        web.MapGet("/session/login", (Delegate)BeginAsync);
        web.MapGet(Callback, (Delegate)FinishAsync);
        web.MapPost("/session/logout", EndAsync);
    }

    /// <summary>A path of this site to go back to; the start page for anything else.</summary>
    internal static string Inside(string? path) =>
        path is { Length: > 0 and <= ReturnLengthMax } && path[0] == '/' && !(path.Length > 1 && path[1] is '/' or '\\') && !path.Any(c => char.IsControl(c) || c == '\\') ? path : "/";

    async Task WhoAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var visitor = Visitor.Of(context);
        JsonObject who = new() { ["signedIn"] = visitor.Caller.IsKnown, ["time"] = clock.GetUtcNow().UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture) };
        if (visitor.Caller is { IsKnown: true } caller)
        {
            who["subject"] = caller.Subject;
            who["name"] = caller.Name;
            who["roles"] = new JsonArray([.. caller.Roles.Select(r => JsonValue.Create(r))]);
            who["grants"] = new JsonArray([.. caller.Rights.Select(r => JsonValue.Create(r.ToString()))]);
            who["sites"] = new JsonArray([.. caller.Sites.Select(s => JsonValue.Create(s))]);
            who["idleSeconds"] = options.Value.IdleMinutes * 60;
        }

        if (visitor.Session is SessionState.Locked) who["locked"] = true;
        await context.Response.WriteAsJsonAsync(who, context.RequestAborted);
    }

    async Task<IResult> BeginAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var home = provider.PublicUrl;
        // The answer comes back to the public address, and cookies of another name for it would not be there.
        if (!string.Equals(home.Authority, new Uri($"{home.Scheme}://{context.Request.Host}").Authority, StringComparison.OrdinalIgnoreCase))
            return Results.Redirect(new Uri(home, context.Request.Path + context.Request.QueryString).ToString());
        try
        {
            // A session begins with a password, also where the provider still knows the person: a screen that was locked is not opened by deleting a cookie.
            await context.ChallengeAsync(SignInScheme.Name, SignInScheme.Begin(Inside(context.Request.Query["return"]), clock));
            return Results.Empty;
        }
        catch (Exception fault) when (SignInProvider.IsAway(fault))
        {
            log.LogWarning(fault, "The sign-in provider cannot be asked");
            return Away;
        }
    }

    static async Task FinishAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        await context.AnsweredByAsync(SignInScheme.Name);
    }

    async Task<IResult> EndAsync(HttpContext context, ConsoleSessions sessions)
    {
        if (!SessionCookies.IsProven(context)) return Results.StatusCode(StatusCodes.Status403Forbidden);
        if (SessionCookies.SessionOf(context) is { } id) await sessions.EndAsync(id, context.RequestAborted);
        SessionCookies.SetSession(context, null);
        return Results.NoContent();
    }

    internal static IResult Away => Page(StatusCodes.Status503ServiceUnavailable, "Signing in is not possible now", "The sign-in service does not answer. Try again in a moment.");

    // Texts are our own; nothing of the request is in them.
    internal static IResult Page(int status, string title, string text) => Results.Content(
        $"""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p><p><a href="/session/login">Sign in</a></p></body></html>""",
        "text/html; charset=utf-8", statusCode: status);
}
