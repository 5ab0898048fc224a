namespace Doseline.Identity.Oidc;

/// <summary>The provider's routes on the web port.</summary>
static class OidcEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(OidcPaths.Discovery, (DiscoveryEndpoint discovery) => discovery.Describe());
        app.MapGet(OidcPaths.Keys, (HttpContext context, DiscoveryEndpoint discovery) => discovery.KeysAsync(context));
        app.MapMethods(OidcPaths.Authorize, ["GET", "POST"], (HttpContext context, SignInEndpoint signIn) => signIn.AuthorizeAsync(context));
        app.MapPost(OidcPaths.SignIn, (HttpContext context, SignInEndpoint signIn) => signIn.SignInAsync(context));
        app.MapPost(OidcPaths.Password, (HttpContext context, SignInEndpoint signIn) => signIn.PasswordAsync(context));
        app.MapPost(OidcPaths.Token, (HttpContext context, TokenEndpoint token) => token.TokenAsync(context));
        app.MapPost(OidcPaths.Revoke, (HttpContext context, TokenEndpoint token) => token.RevokeAsync(context));
        app.MapMethods(OidcPaths.UserInfo, ["GET", "POST"], (HttpContext context, UserInfoEndpoint info) => info.WhoAsync(context));
        app.MapMethods(OidcPaths.EndSession, ["GET", "POST"], (HttpContext context, EndSessionEndpoint end) => end.EndAsync(context));
        app.MapGet(OidcPaths.Style, (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=3600";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return Results.Text(Pages.Css, "text/css; charset=utf-8");
        });
    }

    public static void Register(IServiceCollection services) => services
        .AddSingleton<IssuerAddress>().AddSingleton<EndedTokens>().AddSingleton<TokenMaker>().AddSingleton<Cookies>()
        .AddSingleton<Platform.Auth.ITrustedIssuer, OwnIssuer>()
        .AddScoped<ClientProof>().AddScoped<Sessions>().AddScoped<SignInEndpoint>().AddScoped<TokenEndpoint>().AddScoped<EndSessionEndpoint>()
        .AddScoped<UserInfoEndpoint>().AddScoped<DiscoveryEndpoint>();
}
