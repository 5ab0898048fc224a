using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Auth;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Signs pages that go over the broker with the key by which services know each other, and checks those that come: whoever reaches the broker could make one up.</summary>
/// <remarks>It is looked at on arrival only, and nothing is kept of it: the key may change at any time.</remarks>
public sealed class BellSeal(KeyStore keys)
{
    const string Key = "tokens";

    /// <summary>Signs a page of a publisher.</summary>
    public string Sign(string publisher, ReadOnlySpan<byte> page) => Convert.ToBase64String(keys.Signing(Key).SignHash(HashOf(publisher, page)));

    /// <summary>True when the publisher has signed exactly these bytes.</summary>
    public bool Holds(string publisher, ReadOnlySpan<byte> page, string? signature)
    {
        Span<byte> bytes = stackalloc byte[128];
        return signature is not null && Convert.TryFromBase64String(signature, bytes, out var length) && keys.Signing(Key).VerifyHash(HashOf(publisher, page), bytes[..length]);
    }

    // The publisher's name is hashed too, with its length before it, so that no page of one is a page of another.
    static byte[] HashOf(string publisher, ReadOnlySpan<byte> page)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"doseline facts {publisher.Length} {publisher} "));
        hash.AppendData(page);
        return hash.GetHashAndReset();
    }
}
