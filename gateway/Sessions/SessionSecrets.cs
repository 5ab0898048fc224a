using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Doseline.Kernel.Auth;
using Doseline.Kernel.Hosting;

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

/// <summary>Encrypts what must be kept outside this process: AES-256-GCM with a key of this installation.</summary>
public sealed class SessionSecrets(KeyStore keys)
{
    const string KeyName = "gateway-sessions";
    const int NonceBytes = 12;
    const int TagBytes = 16;

    /// <summary>Hash under which a session id is kept.</summary>
    public static string HashOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Encrypts a value for one place, and no other.</summary>
    /// <param name="value">Value.</param>
    /// <param name="place">Where it is kept, for example the hash of the session's id; what is moved elsewhere cannot be opened.</param>
    public byte[] Seal<T>(T value, string place)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(value);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        Entropy.Bytes(NonceBytes).CopyTo(box, 0);
        using AesGcm aes = new(keys.Secret(KeyName), TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(place));
        return box;
    }

    /// <summary>Decrypts it; null when it was not sealed here, for this place.</summary>
    public T? Open<T>(ReadOnlySpan<byte> box, string place) where T : class
    {
        if (box.Length < NonceBytes + TagBytes) return null;
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        try
        {
            using AesGcm aes = new(keys.Secret(KeyName), TagBytes);
            aes.Decrypt(box[..NonceBytes], box[(NonceBytes + TagBytes)..], box.Slice(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(place));
            return JsonSerializer.Deserialize<T>(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
