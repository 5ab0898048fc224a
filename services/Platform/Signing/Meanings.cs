using System.Globalization;
using Doseline.Common.V1;
using Doseline.Kernel.Time;

namespace Doseline.Platform.Signing;

/// <summary>The controlled list of meanings in words (21 CFR 11.50(a)(3)), and the line by which a signature is shown.</summary>
public static class Meanings
{
    /// <summary>The declaration in words.</summary>
    public static string TextOf(SigningMeaning meaning) => meaning switch
    {
        SigningMeaning.Perform => "performed this, and what is entered is what happened",
        SigningMeaning.Verify => "checked what another person performed",
        SigningMeaning.Review => "reviewed this exception and decided on it",
        SigningMeaning.Approve => "approves this version for use",
        SigningMeaning.Release => "reviewed the batch record; the doses may leave",
        SigningMeaning.Reject => "rejects; the doses may never leave",
        SigningMeaning.Hold => "holds; nothing may happen until the hold is lifted",
        SigningMeaning.LiftHold => "lifts the hold; its reason is resolved",
        SigningMeaning.CloseDeviation => "closes the deviation, investigated and concluded",
        SigningMeaning.Reprint => "authorises one more copy of this label, for the reason given",
        SigningMeaning.Replay => "decided what happens to a message that could not be handled",
        SigningMeaning.AuthoriseOutage => "authorises release during an outage, for the doses named and until the instant named",
        SigningMeaning.ReconcileOutage => "reconciled what was done during the outage with the record",
        SigningMeaning.Decide => "decided on the status named",
        SigningMeaning.ReleaseConditionally => "reviewed the batch record; the doses may leave, while the tests named are pending",
        SigningMeaning.LateEntry => "vouches for this late entry: it happened at the time named",
        _ => throw new ArgumentOutOfRangeException(nameof(meaning), meaning, "No such meaning."),
    };

    /// <summary>The one word by which tokens and tables name a meaning, for example <c>RELEASE</c>.</summary>
    public static string CodeOf(SigningMeaning meaning) => meaning switch
    {
        SigningMeaning.LiftHold => "LIFT_HOLD",
        SigningMeaning.CloseDeviation => "CLOSE_DEVIATION",
        SigningMeaning.AuthoriseOutage => "AUTHORISE_OUTAGE",
        SigningMeaning.ReconcileOutage => "RECONCILE_OUTAGE",
        SigningMeaning.LateEntry => "LATE_ENTRY",
        SigningMeaning.ReleaseConditionally => "RELEASE_CONDITIONALLY",
        _ => meaning.ToString().ToUpperInvariant(),
    };

    /// <summary>The meaning of a code; unspecified when nobody knows it.</summary>
    public static SigningMeaning OfCode(string code) => ByCode.GetValueOrDefault(code, SigningMeaning.Unspecified);

    /// <summary>A signature as every screen and print shows it: printed name, date and time with zone, and meaning (21 CFR 11.50).</summary>
    public static SignatureManifestation Show(SignatureClaims signature)
    {
        var shown = new ZonedInstant(signature.Time, signature.Zone, TimeSpan.FromMinutes(signature.OffsetMinutes));
        var clock = shown.Local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return new SignatureManifestation
        {
            SignatureId = signature.Id,
            SignerId = signature.SignerId,
            SignerName = signature.SignerName,
            Meaning = signature.Meaning,
            MeaningText = TextOf(signature.Meaning),
            SignTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(signature.Time),
            Zone = signature.Zone,
            OffsetMinutes = signature.OffsetMinutes,
            ContentHash = signature.ContentHash,
            Method = signature.Method,
            Text = $"Electronically signed by {signature.SignerName} on {clock} {shown.OffsetText} ({signature.Zone}): {TextOf(signature.Meaning)}.",
        };
    }

    static readonly Dictionary<string, SigningMeaning> ByCode =
        Enum.GetValues<SigningMeaning>().Where(m => m is not SigningMeaning.Unspecified).ToDictionary(CodeOf, StringComparer.Ordinal);
}
