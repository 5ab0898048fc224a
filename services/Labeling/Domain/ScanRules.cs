using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>Compares a scan with what a label must say.</summary>
public static class ScanRules
{
    /// <summary>True when they agree; a refusal names every element that differs, with both values.</summary>
    /// <param name="printId">Label, for the refusal.</param>
    /// <param name="expected">Elements as the record gives them.</param>
    /// <param name="scan">What the scanner sent.</param>
    public static Decision<bool> Compare(string printId, IReadOnlyList<Element> expected, string scan)
    {
        List<Refusal> refusals = [];
        var read = Scan.Parse(scan).OrAdd(refusals);
        if (read is null) return refusals;
        // Without its separators the label's own data reads as something else: the scanner lost them, and the label is not to blame.
        if (!scan.Contains(ElementString.Separator, StringComparison.Ordinal) && ElementString.Data(expected) is var data && data.Contains(ElementString.Separator, StringComparison.Ordinal)
            && scan.EndsWith(data.Replace(ElementString.Separator.ToString(), "", StringComparison.Ordinal), StringComparison.Ordinal))
        {
            return Refusal.Invalid("scan", "SCAN_UNREADABLE", "The code did not come through whole: the separators (ASCII 29) are missing. The scanner has to send them; scan again.").With("missing", "separators");
        }

        var differing = expected.Select(e => e.Ai).Union(read.Select(r => r.Ai), StringComparer.Ordinal)
            .Where(ai => Values(expected, ai) != Values(read, ai)).ToList();
        if (differing is []) return true;
        var refusal = Refusal.State($"labels/{printId}", "LABEL_MISMATCH", $"The label does not say what the record says: {string.Join(", ", differing.Select(ai => $"({ai})"))} differ.")
            .With("print_id", printId).With("differing", string.Join(',', differing));
        foreach (var ai in differing) refusal = refusal.With($"expected_{ai}", Values(expected, ai)).With($"scanned_{ai}", Values(read, ai));
        return refusal;
    }

    static string Values(IEnumerable<Element> elements, string ai) => string.Join('|', elements.Where(e => e.Ai == ai).Select(e => e.Value));
}
