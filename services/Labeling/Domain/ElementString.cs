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

    const string DataMatrixPrefix = "]d2";

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

    /// <summary>Reads what a scanner sent.</summary>
    /// <param name="scan">With the symbology identifier <c>]d2</c>, or without any.</param>
    public static Decision<Element[]> Parse(string scan)
    {
        if (scan.StartsWith(']') && !scan.StartsWith(DataMatrixPrefix, StringComparison.Ordinal))
        {
            return Refusal.Invalid("scan", "SYMBOLOGY_UNEXPECTED", $"A dose carries a GS1 DataMatrix (]d2); the scanner read {scan[..Math.Min(3, scan.Length)]}.")
                .With("symbology", scan[..Math.Min(3, scan.Length)]);
        }

        var rest = scan.StartsWith(DataMatrixPrefix, StringComparison.Ordinal) ? scan[DataMatrixPrefix.Length..] : scan;
        // Some scanners also send the leading FNC1.
        if (rest.StartsWith(Separator)) rest = rest[1..];
        List<Element> elements = [];
        while (rest.Length > 0)
        {
            var ai = Lengths.Keys.Where(k => rest.StartsWith(k, StringComparison.Ordinal)).MaxBy(k => k.Length);
            if (ai is null) return Malformed($"'{rest[..Math.Min(4, rest.Length)]}' is no application identifier known here", scan.Length - rest.Length);
            var (min, max) = Lengths[ai];
            var end = rest.IndexOf(Separator, StringComparison.Ordinal);
            var length = EndsByItself(ai) ? Math.Min(max, rest.Length - ai.Length) : (end < 0 ? rest.Length : end) - ai.Length;
            var value = rest.Substring(ai.Length, length);
            if (length < min || length > max || value.Contains(Separator, StringComparison.Ordinal))
                return Malformed($"({ai}) has {length} characters, not {min} to {max}", scan.Length - rest.Length);
            if (!IsSet82(value)) return Malformed($"({ai}) has a character outside GS1's 82", scan.Length - rest.Length);
            elements.Add(new Element(ai, value));
            rest = rest[(ai.Length + length)..];
            if (rest.StartsWith(Separator)) rest = rest[1..];
        }

        return elements is [] ? Malformed("nothing was read", 0) : elements.ToArray();
    }

    static bool EndsByItself(string ai) => Predefined.Contains(ai[..2], StringComparer.Ordinal);

    static Refusal Malformed(string why, int at) =>
        Refusal.Invalid("scan", "SCAN_NOT_GS1", $"The scan is no GS1 element string: {why}, at character {at}.").With("position", at);
}
