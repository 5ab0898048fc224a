using System.Globalization;

namespace Doseline.Identity.Domain;

/// <summary>Rules of the authorization endpoint that are ours; those of the standard are OpenIddict's.</summary>
public static class Authorize
{
    /// <summary>Longest parameter that is carried through, in characters.</summary>
    public const int ParameterLengthMax = 2048;

    // What S256 makes is 32 bytes in base64url.
    const int ChallengeLength = 43;

    /// <summary>Why nothing may be sent to the address in a request, not even an error; null when it is the application's own.</summary>
    /// <param name="client">The client it names; null when there is none that is turned on.</param>
    /// <param name="redirectUri">Where the answer is to go.</param>
    /// <param name="parameters">Every parameter; without a value when it was given twice.</param>
    public static string? Stranger(Client? client, string? redirectUri, IEnumerable<(string Name, string? Value)> parameters)
    {
        if (parameters.FirstOrDefault(p => p.Value is null or { Length: > ParameterLengthMax }) is { Name: { } wrong }) return $"{wrong} is given twice or is too long.";
        if (client is not { Kind: AccountKind.Application }) return "The application is not known here.";
        // Exactly one of its own, and nothing that merely begins like it: otherwise this page would send people, and codes, anywhere.
        return client.RedirectUris.Contains(redirectUri, StringComparer.Ordinal) ? null : "The application gave an address to come back to that is not one of its own.";
    }

    /// <summary>What is wrong with a request of a known application, as RFC 6749 names errors, and one sentence about it; null when nothing is.</summary>
    /// <param name="client">The application.</param>
    /// <param name="scopes">What it asks for.</param>
    /// <param name="challenge">PKCE challenge, S256.</param>
    /// <param name="maxAge">How long ago the person may have given the password, in seconds; null for any time.</param>
    public static (string Error, string Description)? Fault(Client client, IReadOnlyList<string> scopes, string? challenge, string? maxAge)
    {
        if (!scopes.Contains("openid", StringComparer.Ordinal)) return ("invalid_scope", "scope must contain openid.");
        if (scopes.FirstOrDefault(s => !client.Scopes.Contains(s, StringComparer.Ordinal)) is { } foreign) return ("invalid_scope", $"This application may not ask for the scope {foreign}.");
        if (challenge is not null && (challenge.Length != ChallengeLength || !challenge.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))) return ("invalid_request", "code_challenge must be the base64url SHA-256 of a verifier.");
        return maxAge is null || int.TryParse(maxAge, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : ("invalid_request", "max_age must be a number of seconds.");
    }
}
