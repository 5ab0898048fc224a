namespace Doseline.Kernel.Decay;

/// <summary>A nuclide as one version of the data set describes it.</summary>
public sealed record Nuclide
{
    const double Ln2 = 0.693147180559945309417;

    /// <summary>Symbol such as <c>Lu-177</c> or <c>Lu-177m</c>.</summary>
    public required string Symbol { get; init; }

    /// <summary>Half-life as its evaluation prints it; null when <see cref="IsStable"/>.</summary>
    public required HalfLife? HalfLife
    {
        get;
        init
        {
            field = value;
            HalfLifeSeconds = value?.Seconds ?? double.PositiveInfinity;
            LambdaPerSecond = value is null ? 0 : Ln2 / value.Seconds;
        }
    }

    /// <summary>Half-life in seconds; positive infinity when stable.</summary>
    public double HalfLifeSeconds { get; private init; }

    /// <summary>Decay constant ln 2 / T½ per second; 0 when stable.</summary>
    public double LambdaPerSecond { get; private init; }

    /// <summary>One standard deviation of the half-life in seconds; null when unknown or stable.</summary>
    public double? HalfLifeUncertaintySeconds => HalfLife?.UncertaintySeconds;

    /// <summary>True when it does not decay, or so slowly (Bi-209, 2×10¹⁹ y) that chains end with it.</summary>
    public bool IsStable => HalfLife is null;

    /// <summary>Daughters and the fraction of decays that lead to each; the sum is at most 1, the rest is not listed.</summary>
    public IReadOnlyList<Branch> Branches { get; init; } = [];

    /// <summary>Role in radiopharmacy in a few words, for example <c>impurity (accelerator Ac-225)</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>A1 in TBq (special form) of SSR-6; null when not listed: default values apply.</summary>
    public double? A1Tbq { get; init; }

    /// <summary>A2 in TBq (other than special form) of SSR-6; null when not listed: default values apply.</summary>
    public double? A2Tbq { get; init; }

    /// <summary>Activity concentration for exempt material in Bq/g; null when not listed.</summary>
    public double? ExemptConcentrationBqPerGram { get; init; }

    /// <summary>Activity limit for an exempt consignment in Bq; null when not listed.</summary>
    public double? ExemptConsignmentBq { get; init; }

    /// <summary>
    /// Footnotes of the SSR-6 table: <c>(a)</c> A1 and A2 include progeny with half-lives under 10 days;
    /// <c>(b)</c> exempt values hold for the parent in secular equilibrium with the listed progeny. Empty when none.
    /// </summary>
    public string TableFootnotes { get; init; } = "";

    /// <summary>Quantity that requires labelling (10 CFR 20 Appendix C) in µCi; null when not listed. Look at its trust.</summary>
    public double? LabelQuantityMicroCi { get; init; }

    /// <summary>Category 1 threshold (10 CFR 37 Appendix A) in TBq; null when not listed. Look at its trust.</summary>
    public double? Category1Tbq { get; init; }

    /// <summary>Category 2 threshold (10 CFR 37 Appendix A) in TBq; null when not listed. Look at its trust.</summary>
    public double? Category2Tbq { get; init; }

    /// <summary>Where each group of values comes from and how far it was checked.</summary>
    public IReadOnlyList<ValueSource> Sources { get; init; } = [];

    /// <summary>2^(−t/T½): what part of an activity is left after <paramref name="elapsed"/>; more than 1 for a negative span.</summary>
    public double DecayFactor(TimeSpan elapsed) => DecayFactor(elapsed.Ticks / (double)TimeSpan.TicksPerSecond);

    /// <summary>2^(−t/T½) for a span in seconds, which may be shorter than a tick.</summary>
    public double DecayFactor(double elapsedSeconds) => double.Exp2(-(elapsedSeconds / HalfLifeSeconds));

    /// <summary>
    /// One relative standard deviation of <see cref="DecayFactor(TimeSpan)"/> that comes from the half-life alone:
    /// ln 2 · |t|/T½ · u(T½)/T½. Null when the uncertainty of the half-life is unknown; 0 when stable.
    /// </summary>
    public double? DecayFactorUncertainty(TimeSpan elapsed) =>
        IsStable ? 0 : LambdaPerSecond * elapsed.Duration().TotalSeconds * HalfLifeUncertaintySeconds / HalfLifeSeconds;
}
