namespace Doseline.Identity.Oidc;

/// <summary>Where the provider answers on the web port.</summary>
static class OidcPaths
{
    public const string Discovery = "/.well-known/openid-configuration";

    // RFC 8414: the same, for whoever speaks OAuth alone.
    public const string OAuthDiscovery = "/.well-known/oauth-authorization-server";

    public const string Keys = "/oauth/jwks";
    public const string Authorize = "/oauth/authorize";
    public const string SignIn = "/oauth/sign-in";
    public const string Password = "/oauth/password";
    public const string Token = "/oauth/token";
    public const string Revoke = "/oauth/revoke";
    public const string UserInfo = "/oauth/userinfo";
    public const string EndSession = "/oauth/end-session";
    public const string Style = "/oauth/style.css";
}
