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

/// <summary>Encrypts what a session needs and the database keeps.</summary>
public sealed class SessionSecrets(KeyStore keys)
{
    /// <summary>The installation's key that sessions, and sign-ins under way, are sealed with.</summary>
    public const string KeyName = "gateway-sessions";

    readonly SealedBox box = new(keys, KeyName);

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
