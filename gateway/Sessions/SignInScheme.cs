using System.Globalization;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Gateway.Sessions;

/// <summary>Signs a person in with ASP.NET Core's OpenID Connect handler: code with PKCE, state and nonce are its affair; what it is told stands here, and what becomes of its answer.</summary>
sealed class SignInScheme(SignInProvider provider, IOptions<SignInOptions> settings, KeyStore keys, TimeProvider clock, ILogger<SignInScheme> log) : IConfigureNamedOptions<OpenIdConnectOptions>
{
    /// <summary>Name of the scheme.</summary>
    public const string Name = "sign-in";

    const string Tokens = "tokens", Begun = "begun";
    static readonly TimeSpan SignInPatience = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Asks for the password, now.</summary>
    /// <param name="returnTo">Path to go on to.</param>
    /// <param name="clock">The platform's clock.</param>
    public static AuthenticationProperties Begin(string returnTo, TimeProvider clock) => new OpenIdConnectChallengeProperties
    {
        RedirectUri = returnTo, Prompt = OpenIdConnectPrompt.Login, MaxAge = TimeSpan.Zero, Items = { [Begun] = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) },
    };

    /// <inheritdoc/>
    public void Configure(OpenIdConnectOptions options) => Configure(Name, options);

    /// <inheritdoc/>
    public void Configure(string? name, OpenIdConnectOptions options)
    {
        (options.ConfigurationManager, options.Backchannel) = (provider.Discovery, provider.Http);
        (options.ClientId, options.ClientSecret) = (settings.Value.ClientId, settings.Value.ClientSecret);
        (options.ResponseType, options.ResponseMode) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query);
        (options.CallbackPath, options.MapInboundClaims, options.DisableTelemetry) = (SessionEndpoints.Callback, false, true);
        options.Scope.Clear();
        foreach (var scope in settings.Value.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)) options.Scope.Add(scope);
        // What a browser keeps of a sign-in under way ages by the browser's clock, whatever time it is on the platform.
        options.TimeProvider = WallClock.Pace;
        options.RemoteAuthenticationTimeout = options.ProtocolValidator.NonceLifetime = SignInPatience;
        options.DataProtectionProvider = new SealedProtection(keys, SessionSecrets.KeyName);
        // The prefix makes a browser refuse the cookie without TLS.
        var prefix = provider.PublicUrl.Scheme == Uri.UriSchemeHttps ? "__Secure-doseline-" : "doseline-";
        (options.CorrelationCookie.Name, options.NonceCookie.Name) = (prefix + "begun.", prefix + "nonce.");
        // Lax: the provider's answer comes from elsewhere.
        options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];
        options.TokenValidationParameters.LifetimeValidator = (notBefore, expires, _, _) => !(notBefore > (clock.GetUtcNow() + Skew).UtcDateTime) && expires > (clock.GetUtcNow() - Skew).UtcDateTime;
        options.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = asked =>
            {
                asked.ProtocolMessage.RedirectUri = new Uri(provider.PublicUrl, SessionEndpoints.Callback).ToString();
                return Task.CompletedTask;
            },
            OnMessageReceived = CheckIssuerAsync,
            OnTokenResponseReceived = given =>
            {
                given.Properties!.SetParameter(Tokens, provider.TokensOf(given.TokenEndpointResponse));
                return Task.CompletedTask;
            },
            OnTicketReceived = OpenAsync,
            OnRemoteFailure = RefuseAsync,
        };
    }

    // RFC 9207: an answer of another provider is not mixed up with ours.
    async Task CheckIssuerAsync(MessageReceivedContext answer)
    {
        if (answer.ProtocolMessage.Iss is { Length: > 0 } issuer && issuer != (await provider.Discovery.GetConfigurationAsync(answer.HttpContext.RequestAborted)).Issuer)
            answer.Fail("The answer names another issuer.");
    }

    // Every check of the handler was passed. The session is one of our table, under an id of its own, and not the handler's ticket.
    static async Task OpenAsync(TicketReceivedContext ticket)
    {
        ticket.HandleResponse();
        var context = ticket.HttpContext;
        // What was asked for stood in an address that the browser could change: the answer says when the password was given.
        if (!long.TryParse(ticket.Principal?.FindFirst("auth_time")?.Value, CultureInfo.InvariantCulture, out var given)
            || given < long.Parse(ticket.Properties!.Items[Begun]!, CultureInfo.InvariantCulture) - (long)Skew.TotalSeconds)
        {
            await SessionEndpoints.Page(StatusCodes.Status403Forbidden, "Not signed in", "The sign-in service did not ask for the password now, or does not say so (auth_time).").ExecuteAsync(context);
            return;
        }

        var sessions = context.RequestServices.GetRequiredService<ConsoleSessions>();
        if (ticket.Properties!.GetParameter<SessionTokens>(Tokens) is not { } tokens || await sessions.OpenAsync(tokens, context.RequestAborted) is not { } id)
        {
            await SessionEndpoints.Page(StatusCodes.Status403Forbidden, "Not signed in", "The answer of the sign-in service could not be accepted.").ExecuteAsync(context);
            return;
        }

        if (SessionCookies.SessionOf(context) is { } earlier) await sessions.EndAsync(earlier, context.RequestAborted);
        SessionCookies.SetSession(context, id);
        context.Response.Redirect(ticket.ReturnUri!);
    }

    async Task RefuseAsync(RemoteFailureContext failed)
    {
        failed.HandleResponse();
        log.LogWarning(failed.Failure, "A sign-in was refused");
        // Good for one answer only, whatever it says.
        foreach (var builder in new[] { failed.Options.CorrelationCookie, ((OpenIdConnectOptions)failed.Options).NonceCookie })
        {
            foreach (var cookie in failed.Request.Cookies.Keys.Where(k => k.StartsWith(builder.Name!, StringComparison.Ordinal)))
                failed.Response.Cookies.Delete(cookie, builder.Build(failed.HttpContext));
        }

        await (SignInProvider.IsAway(failed.Failure?.InnerException) ? SessionEndpoints.Away
            : SessionEndpoints.Page(StatusCodes.Status400BadRequest, "This sign-in cannot be finished", "It was begun too long ago, or in another browser, or the sign-in service refused.")).ExecuteAsync(failed.HttpContext);
    }
}
