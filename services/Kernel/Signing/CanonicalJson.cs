using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Doseline.Kernel.Signing;

/// <summary>
/// JSON in the one form that RFC 8785 (JSON Canonicalization Scheme) allows, so that the same content always has the same bytes and a
/// signature survives storing, sending and re-formatting.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Nesting that is followed; deeper input is refused.</summary>
    public const int DepthMax = 64;

    /// <summary>Canonical form of a JSON text.</summary>
    /// <exception cref="FormatException">Not JSON, or not I-JSON (RFC 7493): a name occurs twice, a surrogate stands alone, a number has no double.</exception>
    public static string Of(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DepthMax });
            var text = new StringBuilder(json.Length);
            Write(text, document.RootElement);
            return text.ToString();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new FormatException("The text has no canonical form: " + fault.Message, fault);
        }
    }

    /// <summary>A number as ECMAScript writes it (ECMA-262, Number::toString), which RFC 8785 section 3.2.2.3 demands.</summary>
    /// <exception cref="FormatException">Not a number, or infinite.</exception>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) throw new FormatException("JSON has no such number.");
        if (value == 0) return "0"; // also minus zero
        // "R" is the shortest form, and only its layout differs from ECMAScript's; but of some powers of two it writes a digit too few to read back as the same.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        if (double.Parse(shortest, CultureInfo.InvariantCulture) != Math.Abs(value)) shortest = Math.Abs(value).ToString("G17", CultureInfo.InvariantCulture);
        var (digits, point) = Take(shortest);
        var sign = value < 0 ? "-" : "";
        return sign + Layout(digits, point);
    }

    // Digits without leading or trailing zeros, and where the decimal point stands: the value is 0.digits × 10^point.
    static (string Digits, int Point) Take(string shortest)
    {
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var zeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), point - zeros);
    }

    static string Layout(string digits, int point) => point switch
    {
        > 0 and <= 21 when digits.Length <= point => digits.PadRight(point, '0'),
        > 0 and <= 21 => digits[..point] + "." + digits[point..],
        > -6 and <= 0 => "0." + new string('0', -point) + digits,
        _ => digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + "e" + (point > 0 ? "+" : "-")
            + Math.Abs(point - 1).ToString(CultureInfo.InvariantCulture),
    };

    static void Write(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object: WriteObject(text, element); break;
            case JsonValueKind.Array: WriteArray(text, element); break;
            case JsonValueKind.String: WriteString(text, element.GetString()!); break;
            case JsonValueKind.Number: text.Append(Number(element.GetDouble())); break;
            case JsonValueKind.True: text.Append("true"); break;
            case JsonValueKind.False: text.Append("false"); break;
            default: text.Append("null"); break;
        }
    }

    static void WriteObject(StringBuilder text, JsonElement element)
    {
        // Names are ordered by UTF-16 code units (RFC 8785 section 3.2.3), which is what ordinal comparison does.
        var members = element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
            {
                if (members[i].NameEquals(members[i - 1].Name)) throw new FormatException($"The name '{members[i].Name}' occurs twice.");
                text.Append(',');
            }

            WriteString(text, members[i].Name);
            text.Append(':');
            Write(text, members[i].Value);
        }

        text.Append('}');
    }

    static void WriteArray(StringBuilder text, JsonElement element)
    {
        text.Append('[');
        var first = true;
        foreach (var item in element.EnumerateArray())
        {
            if (!first) text.Append(',');
            first = false;
            Write(text, item);
        }

        text.Append(']');
    }

    static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
