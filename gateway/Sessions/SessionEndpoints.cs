using System.Text.Json.Nodes;
using Doseline.Gateway.Front;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Sessions;

/// <summary>Signing in to the console and out of it: <c>/session</c>, <c>/session/login</c>, <c>/session/callback</c>, <c>/session/logout</c>.</summary>
public sealed class SessionEndpoints(SignInProvider provider, SessionCookies cookies, IOptions<SignInOptions> options, TimeProvider clock, ILogger<SessionEndpoints> log)
{
    static readonly TimeSpan SignInPatience = TimeSpan.FromMinutes(10);
    const int ReturnLengthMax = 500;

    /// <summary>Maps the routes.</summary>
    public void Map(IEndpointRouteBuilder web)
    {
        web.MapGet("/session", WhoAsync);
        // Said as a delegate: a method of this shape would be taken for one that writes its answer itself.
        web.MapGet("/session/login", (Delegate)BeginAsync);
        web.MapGet("/session/callback", FinishAsync);
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
        SignInUnderWay begun = new(Entropy.Token(), Entropy.Token(), Entropy.Token(48), Inside(context.Request.Query["return"]), clock.GetUtcNow() + SignInPatience);
        try
        {
            var address = await provider.SignInAddressAsync(begun, again: Visitor.Of(context).Session is SessionState.Locked, context.RequestAborted);
            cookies.SetBegun(context, begun);
            return Results.Redirect(address);
        }
        catch (Exception fault) when (SignInProvider.IsAway(fault))
        {
            log.LogWarning(fault, "The sign-in provider cannot be asked");
            return Page(StatusCodes.Status503ServiceUnavailable, "Signing in is not possible now", "The sign-in service does not answer. Try again in a moment.");
        }
    }

    async Task<IResult> FinishAsync(HttpContext context, ConsoleSessions sessions)
    {
        context.Response.Headers.CacheControl = "no-store";
        var begun = cookies.BegunOf(context);
        // Good for one answer only, whatever it says.
        cookies.SetBegun(context, null);
        var query = context.Request.Query;
        if (begun is null || begun.End < clock.GetUtcNow() || query["state"] != begun.State)
            return Page(StatusCodes.Status400BadRequest, "This sign-in cannot be finished", "It was begun too long ago, or in another browser.");
        if (query["code"].ToString() is not { Length: > 0 } code)
            return Page(StatusCodes.Status403Forbidden, "Not signed in", "The sign-in service refused.");
        try
        {
            if (await provider.TakeCodeAsync(code, query["iss"], begun, context.RequestAborted) is not { } tokens || await sessions.OpenAsync(tokens, context.RequestAborted) is not { } id)
                return Page(StatusCodes.Status403Forbidden, "Not signed in", "The answer of the sign-in service could not be accepted.");
            if (SessionCookies.SessionOf(context) is { } earlier) await sessions.EndAsync(earlier, context.RequestAborted);
            SessionCookies.SetSession(context, id);
            return Results.Redirect(begun.Return);
        }
        catch (Exception fault) when (SignInProvider.IsAway(fault))
        {
            log.LogWarning(fault, "The sign-in provider cannot be asked");
            return Page(StatusCodes.Status503ServiceUnavailable, "Signing in is not possible now", "The sign-in service does not answer. Try again in a moment.");
        }
    }

    async Task<IResult> EndAsync(HttpContext context, ConsoleSessions sessions)
    {
        if (!SessionCookies.IsProven(context)) return Results.StatusCode(StatusCodes.Status403Forbidden);
        if (SessionCookies.SessionOf(context) is { } id) await sessions.EndAsync(id, context.RequestAborted);
        SessionCookies.SetSession(context, null);
        return Results.NoContent();
    }

    // Texts are our own; nothing of the request is in them.
    static IResult Page(int status, string title, string text) => Results.Content(
        $"""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p><p><a href="/session/login">Sign in</a></p></body></html>""",
        "text/html; charset=utf-8", statusCode: status);
}
