using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Hosting;

namespace Doseline.Platform.Auth;

/// <summary>Encrypts what must be kept outside this process, for one place and no other: AES-256-GCM with a key of this installation.</summary>
/// <remarks>A box is nonce, tag and text. What is moved to another place, or was sealed with another key, does not open.</remarks>
/// <param name="keys">Keys of the installation.</param>
/// <param name="keyName">Which of them.</param>
public sealed class SealedBox(KeyStore keys, string keyName)
{
    const int NonceBytes = 12;
    const int TagBytes = 16;

    /// <summary>Encrypts.</summary>
    /// <param name="plain">What.</param>
    /// <param name="place">Where it is kept, for example the key of its row.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string place)
    {
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        Entropy.Bytes(NonceBytes).CopyTo(box, 0);
        using AesGcm aes = new(keys.Secret(keyName), TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(place));
        return box;
    }

    /// <summary>Decrypts; null when it was not sealed with this key, for this place.</summary>
    public byte[]? Open(ReadOnlySpan<byte> box, string place)
    {
        if (box.Length < NonceBytes + TagBytes) return null;
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        try
        {
            using AesGcm aes = new(keys.Secret(keyName), TagBytes);
            aes.Decrypt(box[..NonceBytes], box[(NonceBytes + TagBytes)..], box.Slice(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(place));
            return plain;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
