using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Doseline.Platform.Audit;

/// <summary>How a stored value stands in an audit row, and whether a column still has it.</summary>
static class AuditValues
{
    /// <summary>Writes a stored value.</summary>
    public static void Write(Utf8JsonWriter json, object? stored)
    {
        switch (stored)
        {
            case null or DBNull: json.WriteNullValue(); break;
            case long number: json.WriteNumberValue(number); break;
            case int number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case byte[] bytes: json.WriteBase64StringValue(bytes); break;
            default: json.WriteStringValue(Convert.ToString(stored, CultureInfo.InvariantCulture)); break;
        }
    }

    /// <summary>True when a column's value, as the database gives it, is the audited one.</summary>
    public static bool AreSame(JsonElement audited, object? stored) => (audited.ValueKind, stored) switch
    {
        (JsonValueKind.Null, null or DBNull) => true,
        (_, null or DBNull) or (JsonValueKind.Null, _) => false,
        // SQLite has no boolean: it gives 0 and 1.
        (JsonValueKind.True or JsonValueKind.False, _) => Convert.ToBoolean(stored, CultureInfo.InvariantCulture) == audited.GetBoolean(),
        (JsonValueKind.Number, double number) => audited.GetDouble().Equals(number),
        (JsonValueKind.Number, float number) => audited.GetDouble().Equals(number),
        (JsonValueKind.Number, _) => audited.TryGetInt64(out var whole)
            ? Convert.ToInt64(stored, CultureInfo.InvariantCulture) == whole
            : audited.GetDouble().Equals(Convert.ToDouble(stored, CultureInfo.InvariantCulture)),
        (_, byte[] bytes) => string.Equals(audited.GetString(), Convert.ToBase64String(bytes), StringComparison.Ordinal),
        _ => string.Equals(audited.GetString(), Convert.ToString(stored, CultureInfo.InvariantCulture), StringComparison.Ordinal),
    };

    /// <summary>A stored value for a person.</summary>
    public static string Text(object? stored)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, stored);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>An audited value as a parameter of a statement.</summary>
    public static object Parameter(JsonElement audited) => audited.ValueKind switch
    {
        JsonValueKind.Number => audited.TryGetInt64(out var whole) ? whole : audited.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => DBNull.Value,
        _ => audited.GetString()!,
    };
}
