using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace Doseline.Local.Simulation;

/// <summary>Tokens as a client got them.</summary>
/// <param name="AccessToken">For the API.</param>
/// <param name="IdToken">Who signed in.</param>
/// <param name="RefreshToken">To come back with, good once; null when it was not asked for.</param>
public sealed record SignedIn(string AccessToken, string IdToken, string? RefreshToken);

/// <summary>A sign-in that was refused, with what the page or the endpoint said.</summary>
public sealed class SignInException(string message) : Exception(message);

/// <summary>One browser and one application in it: signs a person in over HTTP as the console does, with authorization code and PKCE.</summary>
public sealed partial class SignInClient : IDisposable
{
    readonly HttpClient http;
    readonly Uri issuer;
    readonly string clientId;
    readonly string redirectUri;

    /// <summary>A browser without cookies.</summary>
    /// <param name="issuer">Address of the provider.</param>
    /// <param name="clientId">Application.</param>
    /// <param name="redirectUri">Where it is sent back; the console's own address when null.</param>
    public SignInClient(Uri issuer, string clientId = "console", string? redirectUri = null)
    {
        (this.issuer, this.clientId, this.redirectUri) = (issuer, clientId, redirectUri ?? issuer.GetLeftPart(UriPartial.Authority) + "/session/callback");
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = issuer };
    }

    /// <summary>What the application asks for.</summary>
    public string Scope { get; set; } = "openid profile offline_access api";

    /// <summary>The browser, to try things with.</summary>
    public HttpClient Browser => http;

    /// <summary>Signs a person in.</summary>
    /// <param name="login">Sign-in name.</param>
    /// <param name="password">Password.</param>
    /// <param name="chosen">Password to choose when the one given is good for nothing else; null refuses to choose.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="SignInException">The provider refused.</exception>
    public async Task<SignedIn> SignInAsync(string login, string password, string? chosen = null, CancellationToken cancel = default)
    {
        var verifier = Entropy.Token();
        var nonce = Entropy.Token(16);
        using var asked = await http.GetAsync(AuthorizeUri(verifier, nonce), cancel);
        var page = await asked.Content.ReadAsStringAsync(cancel);
        var location = asked.Headers.Location;
        if (location is null)
        {
            if (!asked.IsSuccessStatusCode) throw new SignInException(Said(page));
            (location, page) = await PostAsync("/oauth/sign-in", new() { ["sign_in"] = SignInOf(page), ["login"] = login, ["password"] = password }, cancel);
            if (location is null && page.Contains("name=\"new_password\"", StringComparison.Ordinal) && chosen is not null)
            {
                (location, page) = await PostAsync("/oauth/password", new()
                {
                    ["sign_in"] = SignInOf(page), ["login"] = login, ["current_password"] = password, ["new_password"] = chosen, ["new_password_again"] = chosen,
                }, cancel);
            }

            if (location is null) throw new SignInException(Said(page));
        }

        var query = QueryHelpers.ParseQuery(location.Query);
        if (query.TryGetValue("error", out var error)) throw new SignInException($"{error}: {query["error_description"]}");
        return await TokenAsync(new() { ["grant_type"] = "authorization_code", ["code"] = query["code"].ToString(), ["redirect_uri"] = redirectUri, ["code_verifier"] = verifier }, cancel);
    }

    /// <summary>Exchanges a refresh token for new tokens.</summary>
    public Task<SignedIn> RefreshAsync(string refreshToken, CancellationToken cancel = default) =>
        TokenAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, cancel);

    /// <summary>The address of the authorization endpoint with everything it needs.</summary>
    public string AuthorizeUri(string verifier, string nonce, params (string Name, string? Value)[] instead)
    {
        Dictionary<string, string?> query = new(StringComparer.Ordinal)
        {
            ["response_type"] = "code", ["client_id"] = clientId, ["redirect_uri"] = redirectUri, ["scope"] = Scope, ["state"] = "s-" + nonce,
            ["nonce"] = nonce, ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in instead) query[name] = value;
        return QueryHelpers.AddQueryString(new Uri(issuer, "/oauth/authorize").ToString(), query.Where(q => q.Value is not null));
    }

    /// <summary>Sends a form to the token endpoint.</summary>
    public async Task<SignedIn> TokenAsync(Dictionary<string, string> form, CancellationToken cancel)
    {
        using FormUrlEncodedContent content = new([.. form, new("client_id", clientId)]);
        using var answer = await http.PostAsync(new Uri("/oauth/token", UriKind.Relative), content, cancel);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel));
        var root = json.RootElement;
        if (root.TryGetProperty("error", out var error)) throw new SignInException($"{error.GetString()}: {root.GetProperty("error_description").GetString()}");
        return new SignedIn(root.GetProperty("access_token").GetString()!, root.GetProperty("id_token").GetString()!, root.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null);
    }

    /// <summary>Sends a form of the sign-in pages.</summary>
    /// <returns>Where the browser is sent, or the page that it is shown.</returns>
    public async Task<(Uri? Location, string Page)> PostAsync(string path, Dictionary<string, string> form, CancellationToken cancel = default)
    {
        using FormUrlEncodedContent content = new(form);
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancel);
        return (answer.Headers.Location, await answer.Content.ReadAsStringAsync(cancel));
    }

    /// <summary>The id of the sign-in that a page goes on with.</summary>
    public static string SignInOf(string page) => SignInField().Match(page) is { Success: true } match ? match.Groups["value"].Value : throw new SignInException(Said(page));

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    static string Said(string page) => Alert().Match(page) is { Success: true } match ? WebUtility.HtmlDecode(Tags().Replace(match.Groups["value"].Value, " ")).Trim() : WebUtility.HtmlDecode(Tags().Replace(page, " ")).Trim();

    [GeneratedRegex("name=\"sign_in\" value=\"(?<value>[^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex SignInField();

    [GeneratedRegex("role=\"alert\">(?<value>.*?)</(?:p|div)>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Alert();

    [GeneratedRegex("<[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}
