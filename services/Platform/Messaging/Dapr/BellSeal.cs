using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Auth;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Signs pages that go over the broker with their publisher's own key, and checks those that come: whoever reaches the broker could make one up.</summary>
/// <remarks>
/// The key is <c>facts-{service}</c>: its private half is with that service alone, its public half with those who listen. It is looked at on arrival
/// only and nothing is kept of it, so the key may change at any time; a page that does not fit any half known here is read instead.
/// </remarks>
public sealed class BellSeal(KeyStore keys)
{
    /// <summary>Name of the key of a publisher.</summary>
    public static string KeyOf(string publisher) => $"facts-{publisher}";

    /// <summary>Signs a page of a publisher.</summary>
    public string Sign(string publisher, ReadOnlySpan<byte> page) => Convert.ToBase64String(keys.Standing(KeyOf(publisher)).SignHash(HashOf(publisher, page)));

    /// <summary>True when the publisher has signed exactly these bytes.</summary>
    public bool Holds(string publisher, ReadOnlySpan<byte> page, string? signature)
    {
        Span<byte> bytes = stackalloc byte[128];
        if (signature is null || !Convert.TryFromBase64String(signature, bytes, out var length)) return false;
        var hash = HashOf(publisher, page);
        foreach (var half in keys.KnownHalves(KeyOf(publisher)))
        {
            if (half.VerifyHash(hash, bytes[..length])) return true;
        }

        return false;
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
