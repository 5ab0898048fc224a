namespace Doseline.Identity.Oidc;

/// <summary>The two cookies of the sign-in pages: of a sign-in under way, and of the session. Neither is sent with another site's forms, nor read by a script.</summary>
sealed class Cookies(IssuerAddress issuer)
{
    // The prefix makes browsers refuse one that was set without TLS or by a sibling domain.
    string SignIn => issuer.IsSecure ? "__Secure-doseline-signin" : "doseline-signin";
    string Session => issuer.IsSecure ? "__Secure-doseline-session" : "doseline-session";

    public string? SignInOf(HttpContext context) => context.Request.Cookies[SignIn];

    public string? SessionOf(HttpContext context) => context.Request.Cookies[Session];

    public void SetSignIn(HttpContext context, string value) => Set(context, SignIn, value);

    public void SetSession(HttpContext context, string value) => Set(context, Session, value);

    public void ClearSession(HttpContext context) => context.Response.Cookies.Delete(Session, Options());

    void Set(HttpContext context, string name, string value) => context.Response.Cookies.Append(name, value, Options());

    CookieOptions Options() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = issuer.IsSecure, Path = "/oauth", IsEssential = true };
}
