using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Doseline.Execution.Domain;

/// <summary>One spelling for every JSON document (RFC 8785: members in order of their names, no white space), so that a hash means its content.</summary>
public static class CanonicalJson
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Rewrites a document canonically.</summary>
    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, document.RootElement);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Lower-case hex SHA-256 of a canonical document.</summary>
    public static string HashOf(string canonical) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));

    static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value.GetDouble()), skipInputValidation: true);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    // ECMAScript's Number::toString, as RFC 8785 asks: shortest digits, an exponent only below 1e-6 and from 1e21.
    static string Number(double value)
    {
        if (value == 0) return "0";
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var (mantissa, exponent) = text.IndexOf('E', StringComparison.Ordinal) is var e and >= 0
            ? (text[..e], int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture))
            : (text, 0);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var digits = (whole + (point < 0 ? "" : mantissa[(point + 1)..])).TrimStart('0');
        var leading = (whole + (point < 0 ? "" : mantissa[(point + 1)..])).Length - digits.Length;
        var place = whole.Length - leading + exponent;
        digits = digits.TrimEnd('0');
        var sign = value < 0 ? "-" : "";
        return sign + place switch
        {
            > 0 and <= 21 when digits.Length <= place => digits + new string('0', place - digits.Length),
            > 0 and <= 21 => $"{digits[..place]}.{digits[place..]}",
            > -6 and <= 0 => $"0.{new string('0', -place)}{digits}",
            _ => $"{digits[0]}{(digits.Length > 1 ? $".{digits[1..]}" : "")}e{(place > 0 ? "+" : "-")}{Math.Abs(place - 1)}",
        };
    }
}
