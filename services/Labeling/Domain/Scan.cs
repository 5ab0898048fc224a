using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>What a scanner sends: a symbology identifier or none, GS1 element strings or a GS1 Digital Link URI, whole or garbled.</summary>
/// <remarks>Three answers: elements; <c>SCAN_UNREADABLE</c>, which says nothing about the label, to be scanned again; and <c>SCAN_NOT_GS1</c>, a code of another kind.</remarks>
public static class Scan
{
    // ISO/IEC 15424: GS1 DataMatrix, GS1-128, GS1 DataBar, GS1 QR, GS1 DotCode. A Digital Link stands in a plain DataMatrix or QR code.
    static readonly string[] Carriers = ["]d2", "]C1", "]e0", "]Q3", "]J1"], Plain = ["]d1", "]Q1"];

    /// <summary>Reads what a scanner sent.</summary>
    public static Decision<Element[]> Parse(string scan)
    {
        var symbology = scan.StartsWith(']') ? scan[..Math.Min(3, scan.Length)] : "";
        var rest = scan[symbology.Length..].TrimEnd('\r', '\n', '\t');
        var isLink = rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        if (symbology is not "" && !Carriers.Contains(symbology, StringComparer.Ordinal) && !(isLink && Plain.Contains(symbology, StringComparer.Ordinal)))
        {
            return Refusal.Invalid("scan", "SYMBOLOGY_UNEXPECTED", $"A dose carries a GS1 DataMatrix (]d2); the scanner read {symbology}, which is no code of GS1.")
                .With("symbology", symbology);
        }

        if (isLink) return Link(rest);
        // Some scanners also send the leading FNC1.
        if (rest.StartsWith(ElementString.Separator)) rest = rest[1..];
        // What begins with no identifier, in a code that does not say it is GS1's, is another kind of code and no broken one of ours.
        if (symbology is "" && rest.Length >= 2 && !StartsLikeGs1(rest)) return Other("it begins with no application identifier");
        return ElementString.Parse(rest);
    }

    // GS1 Digital Link URI Syntax 1.2: /ai/value pairs at the end of the path, the first of them a key, and attributes in the query.
    static Decision<Element[]> Link(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return Refusal.Invalid("scan", "SCAN_UNREADABLE", "The code did not come through whole: its address cannot be read. Scan it again.");
        var parts = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var first = Array.FindIndex(parts, p => p is "00" or "01" or "8003" or "8004");
        if (first < 0 || (parts.Length - first) % 2 != 0) return Other("its address names no GS1 key");
        List<Element> elements = [];
        for (var at = first; at < parts.Length; at += 2) elements.Add(new Element(parts[at], Uri.UnescapeDataString(parts[at + 1])));
        foreach (var pair in uri.Query.TrimStart('?').Split('&', ';').Select(p => p.Split('=', 2)).Where(p => p.Length == 2 && ElementString.Knows(p[0])))
            elements.Add(new Element(pair[0], Uri.UnescapeDataString(pair[1])));
        // A GTIN of fewer digits is filled with zeros.
        elements = [.. elements.Select(e => e.Ai is "01" ? e with { Value = e.Value.PadLeft(14, '0') } : e)];
        var fault = elements.Select(e => ElementString.Knows(e.Ai) ? ElementString.Fault(e) : $"'{e.Ai}' is no application identifier known here").FirstOrDefault(f => f is not null);
        return fault is null ? elements.ToArray() : Refusal.Invalid("scan", "SCAN_UNREADABLE", $"The code did not come through whole: {fault}. Scan it again.");
    }

    static bool StartsLikeGs1(string text) => Enumerable.Range(2, 3).Any(length => text.Length >= length && ElementString.Knows(text[..length]));

    static Refusal Other(string why) => Refusal.Invalid("scan", "SCAN_NOT_GS1", $"This is another kind of code than a dose carries: {why}.");
}
