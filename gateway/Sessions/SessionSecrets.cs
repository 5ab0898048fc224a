using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Doseline.Platform.Auth;

namespace Doseline.Gateway.Sessions;

/// <summary>What a session holds of its person.</summary>
/// <param name="Access">Access token.</param>
/// <param name="Refresh">Refresh token; null when the provider gives none.</param>
/// <param name="Identity">Id token, to sign out with.</param>
/// <param name="AccessEnd">When the access token expires (UTC).</param>
public sealed record SessionTokens(string Access, string? Refresh, string Identity, DateTimeOffset AccessEnd);

/// <summary>A sign-in under way, kept by the browser, readable here only.</summary>
/// <param name="State">Comes back with the answer.</param>
/// <param name="Nonce">Comes back in the id token.</param>
/// <param name="Verifier">PKCE verifier.</param>
/// <param name="Return">Path to go back to.</param>
/// <param name="End">When it is too late (UTC).</param>
public sealed record SignInUnderWay(string State, string Nonce, string Verifier, string Return, DateTimeOffset End);

/// <summary>Encrypts what a session needs and the browser or the database keeps.</summary>
public sealed class SessionSecrets(KeyStore keys)
{
    readonly SealedBox box = new(keys, "gateway-sessions");

    /// <summary>Hash under which a session id is kept.</summary>
    public static string HashOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Encrypts a value for one place, and no other.</summary>
    /// <param name="value">Value.</param>
    /// <param name="place">Where it is kept, for example the hash of the session's id; what is moved elsewhere cannot be opened.</param>
    public byte[] Seal<T>(T value, string place) => box.Seal(JsonSerializer.SerializeToUtf8Bytes(value), place);

    /// <summary>Decrypts it; null when it was not sealed here, for this place.</summary>
    public T? Open<T>(ReadOnlySpan<byte> sealedValue, string place) where T : class =>
        box.Open(sealedValue, place) is { } plain ? JsonSerializer.Deserialize<T>(plain) : null;
}
