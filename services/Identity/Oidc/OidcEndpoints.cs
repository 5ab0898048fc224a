using Doseline.Platform.Auth;

namespace Doseline.Identity.Oidc;

/// <summary>The provider's routes on the web port. OpenIddict stands at its own and nowhere else.</summary>
static class OidcEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(OidcPaths.Discovery, AloneAsync);
        app.MapGet(OidcPaths.OAuthDiscovery, AloneAsync);
        app.MapGet(OidcPaths.Keys, context =>
        {
            // Shorter than a new key is published before it signs.
            context.Response.Headers.CacheControl = "public, max-age=300";
            return AloneAsync(context);
        });
        app.MapMethods(OidcPaths.Authorize, ["GET", "POST"], (HttpContext context, SignInEndpoint signIn) => AnswerAsync(context, signIn.AuthorizeAsync));
        app.MapPost(OidcPaths.SignIn, (HttpContext context, SignInEndpoint signIn) => signIn.SignInAsync(context));
        app.MapPost(OidcPaths.Password, (HttpContext context, SignInEndpoint signIn) => signIn.PasswordAsync(context));
        app.MapPost(OidcPaths.Token, (HttpContext context, TokenEndpoint token) => AnswerAsync(context, token.TokenAsync));
        app.MapPost(OidcPaths.Revoke, AloneAsync);
        app.MapMethods(OidcPaths.UserInfo, ["GET", "POST"], (HttpContext context, UserInfoEndpoint info) => AnswerAsync(context, info.WhoAsync));
        app.MapMethods(OidcPaths.EndSession, ["GET", "POST"], (HttpContext context, EndSessionEndpoint end) => AnswerAsync(context, end.EndAsync));
        app.MapGet(OidcPaths.Style, (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=3600";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return Results.Text(Pages.Css, "text/css; charset=utf-8");
        });
    }

    public static void Register(IServiceCollection services)
    {
        services.AddSingleton<IssuerAddress>().AddSingleton<EndedTokens>().AddSingleton<Cookies>().AddSingleton<SignInTickets>().AddSingleton<SignInThrottle>().AddSingleton<ITrustedIssuer, OwnIssuer>()
            .AddScoped<ClientProof>().AddScoped<Sessions>().AddScoped<SignInEndpoint>().AddScoped<TokenEndpoint>().AddScoped<EndSessionEndpoint>().AddScoped<UserInfoEndpoint>();
        Provider.Add(services);
    }

    /// <summary>Lets OpenIddict answer; what it finds sound and leaves to us is answered by <paramref name="ours"/>.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext context, Func<HttpContext, Task<IResult>> ours)
    {
        // It keeps what it learns at the first request, also that there is no address yet.
        _ = context.RequestServices.GetRequiredService<IssuerAddress>().Value;
        return await context.AnsweredByAsync(Provider.Scheme) ? Results.Empty : await ours(context);
    }

    static Task AloneAsync(HttpContext context) => AnswerAsync(context, _ => Task.FromResult(Results.Empty));
}
