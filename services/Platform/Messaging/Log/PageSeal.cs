using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Auth;
using Google.Protobuf;
using Wire = Doseline.Facts.V1;

namespace Doseline.Platform.Messaging.Log;

/// <summary>Signs the pages of a log with their publisher's own key, and checks those that come: whoever stands between, a broker, a sidecar, a proxy, could alter or make one up.</summary>
/// <remarks>
/// The key is <c>facts-{service}</c>: its private half is with that service alone, its public half with those who listen. It is looked at on arrival
/// only and nothing is kept of it, so the key may change at any time: a page of the bell that fits no half known here is read instead, and one that was
/// read is read again.
/// </remarks>
public sealed class PageSeal(KeyStore keys)
{
    /// <summary>Name of the key of a publisher.</summary>
    public static string KeyOf(string publisher) => $"facts-{publisher}";

    /// <summary>Signs a page of a publisher.</summary>
    public string Sign(string publisher, ReadOnlySpan<byte> page) => Convert.ToBase64String(keys.Standing(KeyOf(publisher)).SignHash(HashOf(publisher, page)));

    /// <summary>Signs the answer to a listener that asked for a page.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="page">The answer, whose signature is set.</param>
    /// <param name="nonce">What the listener asked with: an answer to it is none to what anybody asked before.</param>
    public void Sign(string publisher, Wire.ReadFactsResponse page, ByteString nonce) =>
        page.Signature = ByteString.CopyFrom(keys.Standing(KeyOf(publisher)).SignHash(HashOf(publisher, Answer(page, nonce))));

    /// <summary>True when the publisher has signed exactly this answer to exactly this question.</summary>
    public bool Holds(string publisher, Wire.ReadFactsResponse page, ByteString nonce) => Holds(HashOf(publisher, Answer(page, nonce)), publisher, page.Signature.Span);

    /// <summary>True when the publisher has signed exactly these bytes.</summary>
    public bool Holds(string publisher, ReadOnlySpan<byte> page, string? signature)
    {
        Span<byte> bytes = stackalloc byte[128];
        if (signature is null || !Convert.TryFromBase64String(signature, bytes, out var length)) return false;
        return Holds(HashOf(publisher, page), publisher, bytes[..length]);
    }

    bool Holds(ReadOnlySpan<byte> hash, string publisher, ReadOnlySpan<byte> signature)
    {
        foreach (var half in keys.KnownHalves(KeyOf(publisher)))
        {
            if (half.VerifyHash(hash, signature)) return true;
        }

        return false;
    }

    // The question before the answer, which has no signature yet.
    static byte[] Answer(Wire.ReadFactsResponse page, ByteString nonce)
    {
        var unsigned = page.Signature.IsEmpty ? page : new(page) { Signature = ByteString.Empty };
        return [.. nonce.Span, .. unsigned.ToByteArray()];
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
