using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Doseline.Gateway.Front;
using Doseline.Platform.Rpc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Gateway.Sessions;

/// <summary>The OpenID Connect provider, as the gateway talks to it: discovery, code, refresh, sign-out. Any provider will do that keeps the standard.</summary>
/// <remarks>A small client of ours over the identity libraries, from before ASP.NET Core's own handler was to be had: docs/decisions/libraries.md.</remarks>
public sealed class SignInProvider(IOptions<SignInOptions> options, IConfiguration config, ServiceChannels channels, TimeProvider clock, ILogger<SignInProvider> log) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    static readonly string[] Algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    readonly HttpClient http = new(Routes.Handler(options.Value.Pin)) { Timeout = Patience };
    readonly Lock guard = new();
    ConfigurationManager<OpenIdConnectConfiguration>? discovery;

    /// <summary>Where browsers reach the gateway.</summary>
    public Uri PublicUrl => options.Value.PublicUrl ?? Authority;

    Uri Authority => options.Value.Authority ?? (config["Identity:Issuer"] is { Length: > 0 } issuer ? new Uri(issuer)
        : channels.WebAddress ?? throw new InvalidOperationException("Gateway:SignIn:Authority is not set, and the web port is not open."));

    Uri Callback => new(PublicUrl, "/session/callback");

    /// <summary>The address at which a person signs in.</summary>
    /// <param name="begun">The sign-in.</param>
    /// <param name="again">True when the password is asked for even if the provider still knows the person.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<string> SignInAddressAsync(SignInUnderWay begun, bool again, CancellationToken cancel)
    {
        Dictionary<string, string?> query = new(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = options.Value.ClientId,
            ["redirect_uri"] = Callback.ToString(),
            ["scope"] = options.Value.Scope,
            ["state"] = begun.State,
            ["nonce"] = begun.Nonce,
            ["code_challenge"] = Base64UrlEncoder.Encode(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(begun.Verifier))),
            ["code_challenge_method"] = "S256",
        };
        if (again) query["prompt"] = "login";
        return QueryHelpers.AddQueryString((await DiscoverAsync(cancel)).AuthorizationEndpoint, query);
    }

    /// <summary>Tokens for a code; null when the provider, or what it gave, is not to be believed.</summary>
    public async Task<SessionTokens?> TakeCodeAsync(string code, string? issuer, SignInUnderWay begun, CancellationToken cancel)
    {
        var known = await DiscoverAsync(cancel);
        // RFC 9207: an answer of another provider is not mixed up with ours.
        if (issuer is { Length: > 0 } && issuer != known.Issuer) return Refused("the answer names another issuer");
        using var answer = await PostAsync(known.TokenEndpoint, new() { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Callback.ToString(), ["code_verifier"] = begun.Verifier }, cancel);
        if (answer is null || TokensOf(answer, identity: null) is not { } tokens) return Refused("the provider gives no tokens for the code");
        return await CheckAsync(tokens.Identity, begun.Nonce, known) is { } why ? Refused(why) : tokens;
    }

    /// <summary>New tokens for a refresh token; null when the provider ended what it belongs to.</summary>
    /// <exception cref="HttpRequestException">The provider cannot be asked.</exception>
    public async Task<SessionTokens?> RefreshAsync(SessionTokens old, CancellationToken cancel)
    {
        if (old.Refresh is null) return null;
        using var answer = await PostAsync((await DiscoverAsync(cancel)).TokenEndpoint, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = old.Refresh }, cancel);
        return answer is null || TokensOf(answer, old.Identity) is not { } tokens ? null : tokens with { Refresh = tokens.Refresh ?? old.Refresh };
    }

    /// <summary>Tells the provider that the person signed out. What cannot be told is over here all the same.</summary>
    public async Task SignOutAsync(SessionTokens tokens, CancellationToken cancel)
    {
        try
        {
            var known = await DiscoverAsync(cancel);
            if (tokens.Refresh is not null && known.AdditionalData.TryGetValue("revocation_endpoint", out var revoke) && revoke?.ToString() is { Length: > 0 } address)
                (await PostAsync(address, new() { ["token"] = tokens.Refresh, ["token_type_hint"] = "refresh_token" }, cancel))?.Dispose();
            if (known.EndSessionEndpoint is { Length: > 0 } end) (await PostAsync(end, new() { ["id_token_hint"] = tokens.Identity }, cancel))?.Dispose();
        }
        catch (Exception fault) when (IsAway(fault))
        {
            log.LogWarning(fault, "The sign-in provider could not be told of a sign-out");
        }
    }

    /// <summary>True for a fault that says the provider cannot be asked now.</summary>
    public static bool IsAway(Exception fault) => fault is HttpRequestException or IOException or InvalidOperationException { InnerException: not null } || fault is TaskCanceledException { InnerException: TimeoutException };

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    Task<OpenIdConnectConfiguration> DiscoverAsync(CancellationToken cancel)
    {
        lock (guard)
        {
            discovery ??= new ConfigurationManager<OpenIdConnectConfiguration>(new Uri(Authority, "/.well-known/openid-configuration").ToString(), new OpenIdConnectConfigurationRetriever(),
                // Plain HTTP is for this machine only.
                new HttpDocumentRetriever(http) { RequireHttps = !Authority.IsLoopback });
            return discovery.GetConfigurationAsync(cancel);
        }
    }

    async Task<JsonDocument?> PostAsync(string address, Dictionary<string, string> form, CancellationToken cancel)
    {
        form["client_id"] = options.Value.ClientId;
        using HttpRequestMessage request = new(HttpMethod.Post, address);
        if (options.Value.ClientSecret is { } secret)
        {
            // RFC 6749 2.3.1
            var pair = $"{Uri.EscapeDataString(options.Value.ClientId)}:{Uri.EscapeDataString(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        request.Content = new FormUrlEncodedContent(form);
        using var response = await http.SendAsync(request, cancel);
        if ((int)response.StatusCode >= 500) throw new HttpRequestException($"The sign-in provider answers {(int)response.StatusCode}.");
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "application/json") return null;
        return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
    }

    SessionTokens? TokensOf(JsonDocument answer, string? identity)
    {
        string? Text(string name) => answer.RootElement.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        var seconds = answer.RootElement.TryGetProperty("expires_in", out var lifetime) && double.TryParse(lifetime.ToString(), CultureInfo.InvariantCulture, out var given) ? given : 60;
        return Text("access_token") is { } access && (Text("id_token") ?? identity) is { } id && string.Equals(Text("token_type"), "Bearer", StringComparison.OrdinalIgnoreCase)
            ? new SessionTokens(access, Text("refresh_token"), id, clock.GetUtcNow() + TimeSpan.FromSeconds(seconds)) : null;
    }

    // OpenID Connect Core 1.0, 3.1.3.7. Null when the id token is what we asked for; otherwise why not.
    async Task<string?> CheckAsync(string token, string nonce, OpenIdConnectConfiguration known)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = known.Issuer,
            ValidAudience = options.Value.ClientId,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = known.SigningKeys,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => !(notBefore > now + Skew) && expires > now - Skew,
        });
        if (!result.IsValid) return $"the id token is not good ({result.Exception?.GetType().Name})";
        return result.SecurityToken is JsonWebToken jwt && jwt.TryGetPayloadValue<string>("nonce", out var sent) && sent == nonce ? null : "the id token is not of this sign-in";
    }

    SessionTokens? Refused(string why)
    {
        log.LogWarning("A sign-in was refused: {Why}", why);
        return null;
    }
}
