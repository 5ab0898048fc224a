using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Google.Protobuf.WellKnownTypes;
using Wire = Doseline.Common.V1;

namespace Doseline.Platform.Rpc;

/// <summary>Between wire and domain, for the few types that every service sends.</summary>
public static class WireTypes
{
    /// <summary>Instant before which every instant lies that the platform accepts; far enough for any decay clock, near enough for tick arithmetic.</summary>
    public static readonly DateTimeOffset LatestInstant = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Earliest instant the platform accepts.</summary>
    public static readonly DateTimeOffset EarliestInstant = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>An instant as sent.</summary>
    public static Timestamp ToWire(this DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant);

    /// <summary>An instant as sent; null stays absent.</summary>
    public static Timestamp? ToWire(this DateTimeOffset? instant) => instant is { } known ? Timestamp.FromDateTimeOffset(known) : null;

    /// <summary>A calibrated activity as sent.</summary>
    public static Wire.CalibratedActivity ToWire(this CalibratedActivity activity) => new()
    {
        Nuclide = activity.Nuclide.Symbol,
        ActivityBq = activity.Amount.Bq,
        ReferenceTime = activity.Reference.ToWire(),
        DataVersion = activity.DataVersion,
    };

    /// <summary>Reads a calibrated activity; refuses what is missing, unknown or not a finite, non-negative number.</summary>
    /// <param name="sent">As sent; null when the field is absent.</param>
    /// <param name="field">Proto field path, for refusals.</param>
    public static Decision<CalibratedActivity> Read(this Wire.CalibratedActivity? sent, string field)
    {
        if (sent is null) return Refusal.Invalid(field, "ACTIVITY_REQUIRED", $"{field} is required: nuclide, activity_bq and reference_time.");
        var data = sent.DataVersion is "" ? NuclideData.Current : NuclideData.ForVersion(sent.DataVersion);
        if (data is null) return Refusal.Invalid($"{field}.data_version", "DATA_VERSION_UNKNOWN", $"Nuclide data version '{sent.DataVersion}' is not known.").With("data_version", sent.DataVersion);
        if (sent.ReferenceTime is not null && !WellFormed.Holds(sent.ReferenceTime)) return OutOfRange($"{field}.reference_time");
        return CalibratedActivity.Create(sent.Nuclide, sent.ActivityBq, sent.ReferenceTime?.ToDateTimeOffset(), data, field);
    }

    /// <summary>Reads a required instant; refuses an absent one and one outside the years 2000 to 2199.</summary>
    public static Decision<DateTimeOffset> Read(this Timestamp? sent, string field)
    {
        if (sent is null) return Refusal.Invalid(field, "TIME_REQUIRED", $"{field} is required.");
        if (!WellFormed.Holds(sent)) return OutOfRange(field);
        var instant = sent.ToDateTimeOffset();
        return instant >= EarliestInstant && instant < LatestInstant ? instant : OutOfRange(field).With("time", instant);
    }

    static Refusal OutOfRange(string field) => Refusal.Invalid(field, "TIME_OUT_OF_RANGE", $"{field} must lie between the years 2000 and 2199.");
}
