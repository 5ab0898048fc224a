namespace Doseline.Identity.Domain;

/// <summary>A checked request to sign a person in.</summary>
/// <param name="ClientId">Who asks.</param>
/// <param name="RedirectUri">Where the answer goes, one of the client's own.</param>
/// <param name="Scopes">What is asked for.</param>
/// <param name="State">Comes back as it was sent; empty for none.</param>
/// <param name="Nonce">Goes into the id token; empty for none.</param>
/// <param name="Challenge">PKCE challenge, S256.</param>
/// <param name="ForceSignIn">True to ask for name and password even within a session.</param>
/// <param name="Silent">True to ask nothing: answer from the session or not at all.</param>
/// <param name="MaxAgeSeconds">How long ago the person may have given the password, in seconds; null for any time.</param>
/// <param name="LoginHint">Sign-in name to begin with; empty for none.</param>
public sealed record AuthorizeRequest(
    string ClientId, string RedirectUri, IReadOnlyList<string> Scopes, string State, string Nonce, string Challenge,
    bool ForceSignIn, bool Silent, long? MaxAgeSeconds, string LoginHint)
{
    /// <summary>True when the session of that age will do.</summary>
    public bool IsServedBy(DateTimeOffset authTime, DateTimeOffset now) => !ForceSignIn && (MaxAgeSeconds is not { } max || authTime.AddSeconds(max) > now);
}

/// <summary>An error of OAuth 2.0 (RFC 6749, OpenID Connect Core 3.1.2.6).</summary>
/// <param name="Error">Code, for example <c>invalid_request</c>.</param>
/// <param name="Description">One sentence for who writes the client; never a secret.</param>
public sealed record OAuthError(string Error, string Description);

/// <summary>What became of reading an authorization request.</summary>
/// <param name="Request">The request; null when it was not sound.</param>
/// <param name="Error">What is wrong with it; null when it is sound.</param>
/// <param name="RedirectUri">Where the error may be sent; null when it must not leave: then the client or the address is not known.</param>
/// <param name="State">State to send with it.</param>
public sealed record AuthorizeDecision(AuthorizeRequest? Request, OAuthError? Error, string? RedirectUri, string State);

/// <summary>Rules of the authorization endpoint.</summary>
public static class Authorize
{
    /// <summary>Longest parameter that is carried through, in characters.</summary>
    public const int ParameterLengthMax = 2048;

    static readonly string[] Single = ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "login_hint"];

    /// <summary>Reads an authorization request.</summary>
    /// <param name="parameters">Values of each parameter, as sent.</param>
    /// <param name="client">The client it names; null when there is none that is turned on.</param>
    public static AuthorizeDecision Read(IReadOnlyDictionary<string, IReadOnlyList<string>> parameters, Client? client)
    {
        string? One(string name) => parameters.TryGetValue(name, out var values) && values is [{ Length: > 0 } only] ? only : null;
        if (Single.FirstOrDefault(name => parameters.TryGetValue(name, out var values) && (values.Count > 1 || values.Any(v => v.Length > ParameterLengthMax))) is { } wrong)
            return Stay($"{wrong} is given twice or is too long.");
        if (client is not { Kind: AccountKind.Application }) return Stay("The application is not known here.");
        // Exactly one of its own, and nothing that merely begins like it: otherwise this page would send people, and codes, anywhere.
        if (One("redirect_uri") is not { } redirect || !client.RedirectUris.Contains(redirect, StringComparer.Ordinal))
            return Stay("The application gave an address to come back to that is not one of its own.");

        var state = One("state") ?? "";
        AuthorizeDecision Back(string error, string description) => new(null, new OAuthError(error, description), redirect, state);
        if (One("response_type") is not "code") return Back("unsupported_response_type", "response_type must be code.");
        if (One("response_mode") is { } mode and not "query") return Back("invalid_request", $"response_mode {mode} is not supported.");
        if (parameters.ContainsKey("request")) return Back("request_not_supported", "request is not supported.");
        if (parameters.ContainsKey("request_uri")) return Back("request_uri_not_supported", "request_uri is not supported.");
        if (One("code_challenge_method") is not Pkce.Method) return Back("invalid_request", "code_challenge_method must be S256.");
        if (One("code_challenge") is not { } challenge || !Pkce.IsChallenge(challenge)) return Back("invalid_request", "code_challenge must be the base64url SHA-256 of a verifier.");
        string[] scopes = [.. (One("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        if (!scopes.Contains("openid", StringComparer.Ordinal)) return Back("invalid_scope", "scope must contain openid.");
        if (scopes.FirstOrDefault(s => !client.Scopes.Contains(s, StringComparer.Ordinal)) is { } foreign) return Back("invalid_scope", $"This application may not ask for the scope {foreign}.");
        string[] prompts = (One("prompt") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (prompts.Contains("none", StringComparer.Ordinal) && prompts.Length > 1) return Back("invalid_request", "prompt none stands alone.");
        long? maxAge = null;
        if (One("max_age") is { } text)
        {
            if (!long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds) || seconds > int.MaxValue) return Back("invalid_request", "max_age must be a number of seconds.");
            maxAge = seconds;
        }

        return new(
            new AuthorizeRequest(
                client.ClientId, redirect, scopes, state, One("nonce") ?? "", challenge, prompts.Contains("login", StringComparer.Ordinal) || prompts.Contains("select_account", StringComparer.Ordinal),
                prompts.Contains("none", StringComparer.Ordinal), maxAge, One("login_hint") ?? ""),
            null, redirect, state);

        static AuthorizeDecision Stay(string description) => new(null, new OAuthError("invalid_request", description), null, "");
    }
}
