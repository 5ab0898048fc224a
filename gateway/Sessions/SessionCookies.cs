namespace Doseline.Gateway.Sessions;

/// <summary>The cookie of a session, which no script reads, and the proof that the console's own page sent a request.</summary>
public static class SessionCookies
{
    /// <summary>Header that only the console's own script can send with the cookie: a form or a link of another site cannot.</summary>
    public const string ProofHeader = "X-Doseline-Console";

    /// <summary>Value of <see cref="ProofHeader"/> for what the page does by itself, which does not keep a session from being locked.</summary>
    public const string Background = "background";

    // The prefix makes a browser refuse the cookie without TLS, or from a neighbouring host.
    static string SessionName(HttpContext context) => context.Request.IsHttps ? "__Host-doseline" : "doseline";

    /// <summary>Id of the session; null without a cookie.</summary>
    public static string? SessionOf(HttpContext context) => context.Request.Cookies[SessionName(context)];

    /// <summary>Gives the browser a session, or takes it away when the id is null.</summary>
    public static void SetSession(HttpContext context, string? id)
    {
        if (id is null) context.Response.Cookies.Delete(SessionName(context), Options(context));
        else context.Response.Cookies.Append(SessionName(context), id, Options(context));
    }

    /// <summary>True when the console's own page sent the request.</summary>
    public static bool IsProven(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers[ProofHeader].Count == 0) return false;
        // Browsers say where a request comes from; what comes from elsewhere needs no further look.
        if (headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none")) return false;
        return headers.Origin.ToString() is not { Length: > 0 } origin || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == new UriBuilder("http", context.Request.Host.Host, context.Request.Host.Port ?? from.Port).Uri.Authority);
    }

    static CookieOptions Options(HttpContext context) => new() { HttpOnly = true, Secure = context.Request.IsHttps, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true };
}
