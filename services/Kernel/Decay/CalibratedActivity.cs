using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Decay;

/// <summary>
/// The only form in which activity is stored or sent: nuclide, amount, the instant at which that amount was there, and the
/// version of the nuclide data. Every other moment is computed from it; a decayed activity is never stored.
/// </summary>
public sealed record CalibratedActivity
{
    CalibratedActivity(Nuclide nuclide, Activity amount, DateTimeOffset reference, string dataVersion) =>
        (Nuclide, Amount, Reference, DataVersion) = (nuclide, amount, reference.ToUniversalTime(), dataVersion);

    /// <summary>What decays.</summary>
    public Nuclide Nuclide { get; private init; }

    /// <summary>How much there was at <see cref="Reference"/>: finite and not negative.</summary>
    public Activity Amount { get; private init; }

    /// <summary>The reference (calibration) instant, in UTC.</summary>
    public DateTimeOffset Reference { get; private init; }

    /// <summary>Version of the nuclide data that all arithmetic on this activity uses.</summary>
    public string DataVersion { get; private init; }

    /// <summary>Makes one from what a caller sent, or gives every reason why it cannot be one.</summary>
    /// <param name="nuclide">Symbol.</param>
    /// <param name="bq">Amount in becquerels at the reference instant.</param>
    /// <param name="reference">Reference instant; null when none was sent, which is refused.</param>
    /// <param name="data">Nuclide data in force.</param>
    /// <param name="field">Path of the message field, for the refusals.</param>
    public static Decision<CalibratedActivity> Create(string? nuclide, double bq, DateTimeOffset? reference, NuclideData data, string field)
    {
        List<Refusal> refusals = [];
        var found = data.Find(nuclide);
        if (found is null or { IsStable: true })
            refusals.Add(NotRadioactive(nuclide, found, data, $"{field}.nuclide"));
        if (double.IsNaN(bq))
            refusals.Add(Refusal.Invalid($"{field}.activity_bq", "ACTIVITY_NOT_A_NUMBER", "Activity is not a number."));
        if (bq < 0)
            refusals.Add(Refusal.Invalid($"{field}.activity_bq", "ACTIVITY_NEGATIVE", "Activity must not be negative.").With("activity_bq", bq));
        if (double.IsInfinity(bq))
            refusals.Add(Refusal.Invalid($"{field}.activity_bq", "ACTIVITY_INFINITE", "Activity must be finite."));
        if (reference is null)
            refusals.Add(Refusal.Invalid($"{field}.reference_time", "REFERENCE_TIME_MISSING", "An activity needs the instant at which it was, or will be, there."));
        return refusals is [] ? new CalibratedActivity(found!, new Activity(bq), reference!.Value, data.Version) : refusals;
    }

    /// <summary>Reads back what was stored; it was accepted once, so anything wrong with it now is damage.</summary>
    /// <exception cref="InvalidDataException">The version or the nuclide is unknown, or the amount negative or not finite.</exception>
    public static CalibratedActivity FromStored(string nuclide, double bq, DateTimeOffset reference, string dataVersion)
    {
        var data = NuclideData.ForVersion(dataVersion) ?? throw new InvalidDataException($"There is no nuclide data {dataVersion}.");
        var read = Create(nuclide, bq, reference, data, "stored");
        return read.Accepted ? read.Value : throw new InvalidDataException(read.Refusals[0].Message);
    }

    /// <summary>2^(−Δt/T½) from the reference instant to <paramref name="instant"/>: the factor to record beside an as-used value.</summary>
    public double DecayFactor(DateTimeOffset instant) => Nuclide.DecayFactor(instant - Reference);

    /// <summary>Activity at an instant before or after the reference.</summary>
    /// <exception cref="OverflowException">The instant is so long before the reference that no double holds the result.</exception>
    public Activity At(DateTimeOffset instant) => Amount.After(instant - Reference, Nuclide);

    /// <summary>As <see cref="At"/>, for an instant that a caller chose: refuses what no number can hold.</summary>
    public Decision<Activity> AtAsked(DateTimeOffset instant, string field)
    {
        var bq = Amount.Bq * DecayFactor(instant);
        return double.IsFinite(bq)
            ? new Activity(bq)
            : Refusal.Invalid(field, "INSTANT_TOO_EARLY", $"{Nuclide.Symbol} cannot be looked back that far: its half-life is {Nuclide.HalfLife}.")
                .With("reference_time", Reference).With("half_life_seconds", Nuclide.HalfLifeSeconds);
    }

    /// <summary>The same sample with another reference instant: for calculation only, because what is stored keeps the reference it was measured at.</summary>
    /// <exception cref="OverflowException">See <see cref="At"/>.</exception>
    public CalibratedActivity ReferredTo(DateTimeOffset instant) =>
        this with { Amount = At(instant), Reference = instant.ToUniversalTime() };

    /// <summary>The same reference with another amount, for example what is left after a withdrawal at the reference instant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative or not finite.</exception>
    public CalibratedActivity WithAmount(Activity amount) =>
        double.IsFinite(amount.Bq) && amount.Bq >= 0
            ? this with { Amount = amount }
            : throw new ArgumentOutOfRangeException(nameof(amount), amount, "An activity is finite and not negative.");

    /// <summary>The instant at which the sample has (or had) the given activity: Δt = T½·log₂(A₀/A).</summary>
    /// <returns>The instant, to a tick; null when it never has: the amount or the target is 0, or the calendar ends before.</returns>
    public DateTimeOffset? TimeUntil(Activity target)
    {
        if (!(Amount.Bq > 0) || !(target.Bq > 0)) return null;
        var ticks = Math.Round(Nuclide.HalfLifeSeconds * (Math.Log2(Amount.Bq) - Math.Log2(target.Bq)) * TimeSpan.TicksPerSecond);
        if (Math.Abs(ticks) > long.MaxValue / 4) return null;
        var utcTicks = Reference.UtcTicks + (long)ticks;
        return utcTicks < DateTimeOffset.MinValue.UtcTicks || utcTicks > DateTimeOffset.MaxValue.UtcTicks
            ? null
            : new DateTimeOffset(utcTicks, TimeSpan.Zero);
    }

    static Refusal NotRadioactive(string? symbol, Nuclide? found, NuclideData data, string field) => (found is null
            ? Refusal.Invalid(field, "NUCLIDE_UNKNOWN", $"'{symbol}' is not in nuclide data {data.Version}.")
            : Refusal.Invalid(field, "NUCLIDE_STABLE", $"{symbol} is stable and has no activity."))
        .With("nuclide", symbol).With("data_version", data.Version);
}
