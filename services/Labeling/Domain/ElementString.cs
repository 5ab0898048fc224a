using System.Globalization;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>One element of a GS1 element string.</summary>
/// <param name="Ai">Application identifier, for example <c>01</c>.</param>
/// <param name="Value">Value without the identifier.</param>
public sealed record Element(string Ai, string Value);

/// <summary>GS1 element strings: application identifiers with values, written for people and for symbols (GS1 General Specifications).</summary>
public static class ElementString
{
    /// <summary>Group separator (ASCII 29), as a scanner sends FNC1 between elements.</summary>
    public const char Separator = '\u001d';

    // Length: exact when min = max. Only what this platform prints or is likely to meet on a dose.
    static readonly Dictionary<string, (int Min, int Max)> Lengths = new(StringComparer.Ordinal)
    {
        ["00"] = (18, 18), ["01"] = (14, 14), ["10"] = (1, 20), ["11"] = (6, 6), ["17"] = (6, 6), ["21"] = (1, 20), ["240"] = (1, 30),
        ["7003"] = (10, 10), ["8003"] = (14, 30), ["8004"] = (1, 30),
        ["91"] = (1, 90), ["92"] = (1, 90), ["93"] = (1, 90), ["94"] = (1, 90), ["95"] = (1, 90), ["96"] = (1, 90), ["97"] = (1, 90), ["98"] = (1, 90), ["99"] = (1, 90),
    };

    // Identifiers whose first two digits stand here end by themselves. 7003 is not among them: its ten digits still need a separator.
    static readonly string[] Predefined = ["00", "01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "31", "32", "33", "34", "35", "36", "41"];

    /// <summary>For people: identifiers in brackets.</summary>
    public static string Text(IEnumerable<Element> elements) => string.Concat(elements.Select(e => $"({e.Ai}){e.Value}"));

    /// <summary>For a symbol: leading FNC1 left out, separators only where needed.</summary>
    public static string Data(IReadOnlyList<Element> elements) =>
        string.Concat(elements.Select((e, i) => e.Ai + e.Value + (i < elements.Count - 1 && !EndsByItself(e.Ai) ? Separator : "")));

    /// <summary>True when the value consists of GS1's 82 characters (General Specifications, figure 7.11-1).</summary>
    public static bool IsSet82(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || "!\"%&'()*+,-./:;<=>?_".Contains(c, StringComparison.Ordinal));

    /// <summary>Reads element strings as a symbol holds them, FNC1 at the start left out.</summary>
    /// <param name="data">The data, as <see cref="Data"/> writes it.</param>
    public static Decision<Element[]> Parse(string data)
    {
        var rest = data;
        List<Element> elements = [];
        while (rest.Length > 0)
        {
            var ai = Lengths.Keys.Where(k => rest.StartsWith(k, StringComparison.Ordinal)).MaxBy(k => k.Length);
            if (ai is null) return Garbled($"'{rest[..Math.Min(4, rest.Length)]}' is no application identifier known here", data.Length - rest.Length);
            var max = Lengths[ai].Max;
            var end = rest.IndexOf(Separator, StringComparison.Ordinal);
            var length = EndsByItself(ai) ? Math.Min(max, rest.Length - ai.Length) : (end < 0 ? rest.Length : end) - ai.Length;
            Element element = new(ai, rest.Substring(ai.Length, length));
            if (Fault(element) is { } fault) return Garbled(fault, data.Length - rest.Length);
            elements.Add(element);
            rest = rest[(ai.Length + length)..];
            if (rest.StartsWith(Separator)) rest = rest[1..];
        }

        return elements is [] ? Garbled("nothing was read", 0) : elements.ToArray();
    }

    /// <summary>True for an application identifier that is known here.</summary>
    public static bool Knows(string ai) => Lengths.ContainsKey(ai);

    /// <summary>What is wrong with an element, in words; null when nothing is: its length, its characters, its check digit, its date.</summary>
    public static string? Fault(Element element)
    {
        var (ai, value) = element;
        var (min, max) = Lengths[ai];
        if (value.Length < min || value.Length > max || value.Contains(Separator, StringComparison.Ordinal)) return $"({ai}) has {value.Length} characters, not {min} to {max}";
        if (!IsSet82(value)) return $"({ai}) has a character outside GS1's 82";
        return ai switch
        {
            "00" or "01" when !IsChecked(value) => $"({ai}) has a wrong check digit",
            "8003" when !IsChecked(value[..14]) => "(8003) has a wrong check digit",
            "11" or "17" or "7003" when !IsTime(value) => $"({ai}) is no date",
            _ => null,
        };
    }

    // GS1 General Specifications 7.9.1: of all GS1 keys that end with a check digit, whatever their length.
    static bool IsChecked(string digits) => digits.All(char.IsAsciiDigit) && Gtin.CheckDigit(digits[..^1]) == digits[^1] - '0';

    // YYMMDD, of which the day may be 00 for the last of the month (General Specifications 3.4), or YYMMDDHHMM (4.3 of chapter 3: 7003, whose minutes are 00 to 59).
    static bool IsTime(string digits)
    {
        if (!digits.All(char.IsAsciiDigit)) return false;
        int Two(int at) => int.Parse(digits.AsSpan(at, 2), NumberStyles.None, CultureInfo.InvariantCulture);
        var (month, day) = (Two(2), Two(4));
        if (month is < 1 or > 12 || (day == 0 && digits.Length > 6) || day > DateTime.DaysInMonth(2000 + Two(0), month)) return false;
        return digits.Length == 6 || (Two(6) < 24 && Two(8) < 60);
    }

    static bool EndsByItself(string ai) => Predefined.Contains(ai[..2], StringComparer.Ordinal);

    static Refusal Garbled(string why, int at) =>
        Refusal.Invalid("scan", "SCAN_UNREADABLE", $"The code did not come through whole: {why}, at character {at}. Scan it again.").With("position", at);
}
