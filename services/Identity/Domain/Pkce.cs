using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Doseline.Identity.Domain;

/// <summary>Proof that who uses a code is who asked for it (RFC 7636), method S256 only: "plain" would protect nothing.</summary>
public static class Pkce
{
    /// <summary>The only method there is.</summary>
    public const string Method = "S256";

    /// <summary>True for what S256 makes: 43 characters of base64url.</summary>
    public static bool IsChallenge(string text) => text.Length == 43 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>True when the verifier is the one the challenge was made from.</summary>
    public static bool Fits(string challenge, string? verifier) =>
        verifier is { Length: >= 43 and <= 128 } && verifier.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(challenge), Encoding.ASCII.GetBytes(Challenge(verifier)));

    /// <summary>The challenge of a verifier.</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
