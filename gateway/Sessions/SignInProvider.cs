using System.Globalization;
using Doseline.Gateway.Front;
using Doseline.Platform.Rpc;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Doseline.Gateway.Sessions;

/// <summary>The OpenID Connect provider, as sessions talk to it once somebody is signed in: refresh and sign-out. Any provider will do that keeps the standard.</summary>
public sealed class SignInProvider(IOptions<SignInOptions> options, IConfiguration config, ServiceChannels channels, TimeProvider clock, ILogger<SignInProvider> log) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    // Of a provider that does not say.
    const double SecondsUnsaid = 60;

    ConfigurationManager<OpenIdConnectConfiguration>? discovery;

    /// <summary>Asks the provider; plain HTTP is for this machine only.</summary>
    public HttpClient Http { get; } = new(Routes.Handler(options.Value.Pin)) { Timeout = Patience };

    /// <summary>Where browsers reach the gateway.</summary>
    public Uri PublicUrl => options.Value.PublicUrl ?? Authority;

    /// <summary>What the provider says of itself, kept and asked for again.</summary>
    public IConfigurationManager<OpenIdConnectConfiguration> Discovery => LazyInitializer.EnsureInitialized(ref discovery, () =>
        new(Authority.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever(Http) { RequireHttps = !Authority.IsLoopback }));

    Uri Authority => options.Value.Authority ?? (config["Identity:Issuer"] is { Length: > 0 } issuer ? new Uri(issuer)
        : channels.WebAddress ?? throw new InvalidOperationException("Gateway:SignIn:Authority is not set, and the web port is not open."));

    /// <summary>New tokens for a refresh token; null when the provider ended what it belongs to.</summary>
    /// <exception cref="HttpRequestException">The provider cannot be asked.</exception>
    public async Task<SessionTokens?> RefreshAsync(SessionTokens old, CancellationToken cancel)
    {
        if (old.Refresh is null) return null;
        var answer = await PostAsync((await Discovery.GetConfigurationAsync(cancel)).TokenEndpoint, new() { GrantType = OpenIdConnectGrantTypes.RefreshToken, RefreshToken = old.Refresh }, cancel);
        return answer is null ? null : TokensOf(answer, old);
    }

    /// <summary>Tells the provider that the person signed out. What cannot be told is over here all the same.</summary>
    public async Task SignOutAsync(SessionTokens tokens, CancellationToken cancel)
    {
        try
        {
            var known = await Discovery.GetConfigurationAsync(cancel);
            if (tokens.Refresh is not null && known.RevocationEndpoint is { Length: > 0 } revoke)
                await PostAsync(revoke, new() { Parameters = { ["token"] = tokens.Refresh, ["token_type_hint"] = "refresh_token" } }, cancel);
            if (known.EndSessionEndpoint is { Length: > 0 } end) await PostAsync(end, new() { IdTokenHint = tokens.Identity }, cancel);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            log.LogWarning(fault, "The sign-in provider could not be told of a sign-out");
        }
    }

    /// <summary>The tokens that an answer of the token endpoint gives; null when it gives none that can be used.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="old">What is kept where it gives nothing new; null for a first answer.</param>
    public SessionTokens? TokensOf(OpenIdConnectMessage answer, SessionTokens? old = null)
    {
        var seconds = double.TryParse(answer.ExpiresIn, CultureInfo.InvariantCulture, out var given) ? given : SecondsUnsaid;
        return answer.AccessToken is { } access && (answer.IdToken ?? old?.Identity) is { } identity && string.Equals(answer.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase)
            ? new SessionTokens(access, answer.RefreshToken ?? old?.Refresh, identity, clock.GetUtcNow() + TimeSpan.FromSeconds(seconds)) : null;
    }

    /// <summary>True for a fault that says the provider cannot be asked now.</summary>
    public static bool IsAway(Exception? fault) => fault is HttpRequestException or IOException or InvalidOperationException { InnerException: not null } || fault is TaskCanceledException { InnerException: TimeoutException };

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    // The secret goes into the form, as the handler of the sign-in sends it.
    async Task<OpenIdConnectMessage?> PostAsync(string address, OpenIdConnectMessage form, CancellationToken cancel)
    {
        (form.ClientId, form.ClientSecret) = (options.Value.ClientId, options.Value.ClientSecret);
        using FormUrlEncodedContent content = new(form.Parameters);
        using var response = await Http.PostAsync(new Uri(address), content, cancel);
        if ((int)response.StatusCode >= 500) throw new HttpRequestException($"The sign-in provider answers {(int)response.StatusCode}.");
        return response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType is "application/json" ? new(await response.Content.ReadAsStringAsync(cancel)) : null;
    }
}
