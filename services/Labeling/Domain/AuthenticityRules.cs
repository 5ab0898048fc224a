using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>What is to be thought of a label in somebody's hand.</summary>
public enum LabelVerdict
{
    /// <summary>Ours, in use, and its dose is released.</summary>
    Valid,

    /// <summary>Not ours, altered, or not in use.</summary>
    Invalid,

    /// <summary>Ours, but its dose was taken back.</summary>
    Recalled,

    /// <summary>The code did not come through whole: nothing can be said of the label, which is to be scanned again.</summary>
    Unreadable,
}

/// <summary>A label of ours as it stands now.</summary>
/// <param name="Printed">Elements that were printed.</param>
/// <param name="Fate">What became of the label.</param>
/// <param name="Disposition">Quality's word on the dose; none until heard.</param>
/// <param name="LostCause">Why the dose was lost; empty when it was not.</param>
public sealed record LabelStanding(IReadOnlyList<Element> Printed, Fate Fate, QualityStatus Disposition, string LostCause);

/// <summary>What is answered about a scanned label.</summary>
/// <param name="Verdict">Valid, invalid or recalled.</param>
/// <param name="Code">Stable code of the reason; empty for a valid label.</param>
/// <param name="Reason">The reason for people; empty for a valid label.</param>
public sealed record AuthenticityVerdict(LabelVerdict Verdict, string Code, string Reason);

/// <summary>Judges labels that come back from outside.</summary>
public static class AuthenticityRules
{
    // (21) beside a GTIN, (94) where there is none: see LabelRules.Elements.
    static readonly string[] SerialIdentifiers = ["21", "94"];

    /// <summary>The serial in a scan; null when it has none.</summary>
    public static string? SerialOf(IEnumerable<Element> read) => read.FirstOrDefault(e => SerialIdentifiers.Contains(e.Ai, StringComparer.Ordinal))?.Value;

    /// <summary>What is answered where no elements were read.</summary>
    /// <param name="refusal">Why not.</param>
    public static AuthenticityVerdict Unread(Kernel.Rules.Refusal refusal) =>
        new(refusal.Code is "SCAN_UNREADABLE" ? LabelVerdict.Unreadable : LabelVerdict.Invalid, refusal.Code, refusal.Message);

    /// <summary>What is to be thought of a label.</summary>
    /// <param name="read">Elements that were scanned.</param>
    /// <param name="known">The label of that serial; null when there is none.</param>
    public static AuthenticityVerdict Judge(IReadOnlyList<Element> read, LabelStanding? known) => known switch
    {
        null when SerialOf(read) is null => new AuthenticityVerdict(LabelVerdict.Unreadable, "SERIAL_NOT_READ", "No serial was read: this is not the code of a dose, or the scanner lost the separators in it (ASCII 29). Scan again."),
        null => Invalid("SERIAL_UNKNOWN", "No label with this serial was ever printed."),
        _ when !Says(read, known.Printed) => Invalid("LABEL_MISMATCH", "A label with this serial was printed, and it says something else."),
        { Fate: Fate.Voided or Fate.Destroyed } => Invalid("LABEL_WITHDRAWN", "This label was taken out of use; another one may have replaced it."),
        { LostCause.Length: > 0 } => Recalled("DOSE_LOST", "The dose is not to be used: it was given up."),
        { Disposition: QualityStatus.Rejected } => Recalled("DOSE_REJECTED", "Quality rejected the dose."),
        { Disposition: QualityStatus.Quarantine } => Recalled("DOSE_ON_HOLD", "Quality holds the dose; it must not be given until it is released again."),
        { Disposition: not QualityStatus.Released } => Invalid("DOSE_NOT_RELEASED", "Quality has not released the dose."),
        { Fate: not Fate.Applied } => Invalid("LABEL_NOT_APPLIED", "This label was printed but not put on its dose."),
        _ => new AuthenticityVerdict(LabelVerdict.Valid, "", ""),
    };

    // A scanner may add nothing and leave nothing out; the order of elements is free.
    static bool Says(IReadOnlyList<Element> read, IReadOnlyList<Element> printed) => read.Count == printed.Count && !read.Except(printed).Any();

    static AuthenticityVerdict Invalid(string code, string reason) => new(LabelVerdict.Invalid, code, reason);

    static AuthenticityVerdict Recalled(string code, string reason) => new(LabelVerdict.Recalled, code, reason);
}
