using System.Security.Cryptography;
using Doseline.Audit.V1;
using Doseline.Platform.Signing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Signs tree heads, and turns stored ones into messages.</summary>
public static class TreeHeads
{
    /// <summary>Name of the key that signs a service's heads, in the key store.</summary>
    public static string KeyOf(string service) => $"audit-seal-{service}";

    /// <summary>What the next head's <c>previous_hash</c> is: the hash of what this one's signature covers; empty when there is no head.</summary>
    public static string HashOf(TreeHead? head) => head is null ? "" : SignedDocument.HashOf(head);

    /// <summary>True when the key signed exactly this head.</summary>
    public static bool IsGenuine(TreeHead head, ECDsa key) => SignedDocument.IsGenuine(head, key);

    internal static TreeHead ToWire(this HeadRow row, string service) => new()
    {
        Service = service,
        TreeId = row.TreeId,
        Number = row.Number,
        TreeSize = row.TreeSize,
        RootHash = row.RootHash,
        Time = row.Time.ToTimestamp(),
        PreviousHash = row.PreviousHash,
        Signature = row.Signature,
        KeyId = row.KeyId,
    };

    internal static HeadRow ToRow(this TreeHead head) => new()
    {
        Number = head.Number,
        TreeId = head.TreeId,
        TreeSize = head.TreeSize,
        RootHash = head.RootHash,
        Time = head.Time.ToDateTimeOffset(),
        PreviousHash = head.PreviousHash,
        Signature = head.Signature,
        KeyId = head.KeyId,
    };
}
