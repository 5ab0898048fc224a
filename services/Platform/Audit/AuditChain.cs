using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Doseline.Platform.Audit;

/// <summary>The hash chain of an entity's audit rows.</summary>
public static class AuditChain
{
    /// <summary>Hash of a row: SHA-256 over every field but <c>Seq</c> and <c>Hash</c>, each preceded by its length, so that no two rows read alike.</summary>
    public static string HashOf(AuditRow row)
    {
        ArrayBufferWriter<byte> text = new(1024);
        Add(text, row.Entity);
        Add(text, row.EntityId);
        Add(text, row.Version.ToString(CultureInfo.InvariantCulture));
        Add(text, row.Time.UtcTicks.ToString(CultureInfo.InvariantCulture));
        Add(text, row.Zone);
        Add(text, row.OffsetMinutes.ToString(CultureInfo.InvariantCulture));
        Add(text, row.Actor);
        Add(text, row.ActorName);
        Add(text, row.OnBehalfOf);
        Add(text, row.Action);
        Add(text, row.Changes);
        Add(text, row.Reason);
        Add(text, row.CausationId);
        Add(text, row.CorrelationId);
        Add(text, row.SignatureId);
        Add(text, row.PreviousHash);
        // Left out where it is null, so that rows written before there were origins keep their hash.
        if (row.Origin is not null) Add(text, row.Origin);
        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan));
    }

    static void Add(ArrayBufferWriter<byte> text, string? field)
    {
        if (field is null)
        {
            text.Write("-;"u8);
            return;
        }

        // Ten digits are the most that a length has.
        field.Length.TryFormat(text.GetSpan(10), out var digits, default, CultureInfo.InvariantCulture);
        text.Advance(digits);
        text.Write(":"u8);
        Encoding.UTF8.GetBytes(field, text);
        text.Write(";"u8);
    }
}
