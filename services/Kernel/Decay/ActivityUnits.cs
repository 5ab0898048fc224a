namespace Doseline.Kernel.Decay;

/// <summary>Exact factors and symbols of <see cref="ActivityUnit"/>: the one conversion table of the platform.</summary>
public static class ActivityUnits
{
    /// <summary>Becquerels in one unit: a whole number, so exact in both types it is asked in.</summary>
    public static long BqPerUnit(ActivityUnit unit) => unit switch
    {
        ActivityUnit.Bq => 1,
        ActivityUnit.KBq => 1_000,
        ActivityUnit.MBq => 1_000_000,
        ActivityUnit.GBq => 1_000_000_000,
        ActivityUnit.TBq => 1_000_000_000_000,
        ActivityUnit.MicroCi => 37_000,
        ActivityUnit.MilliCi => 37_000_000,
        ActivityUnit.Ci => 37_000_000_000,
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "No such unit of activity."),
    };

    /// <summary>Symbol as printed, for example <c>MBq</c> or <c>µCi</c> (with U+00B5).</summary>
    public static string Symbol(ActivityUnit unit) => unit switch
    {
        ActivityUnit.KBq => "kBq",
        ActivityUnit.MicroCi => "µCi",
        ActivityUnit.MilliCi => "mCi",
        _ when Enum.IsDefined(unit) => unit.ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "No such unit of activity."),
    };

    /// <summary>
    /// Reads a symbol, case for case: <c>Bq kBq MBq GBq TBq µCi uCi mCi Ci</c>, with either micro sign.
    /// Case matters because a lower-case m would be a milli.
    /// </summary>
    /// <returns>The unit, or null when the symbol is not one of them.</returns>
    public static ActivityUnit? Parse(string? symbol) => symbol?.Trim() switch
    {
        "Bq" => ActivityUnit.Bq,
        "kBq" => ActivityUnit.KBq,
        "MBq" => ActivityUnit.MBq,
        "GBq" => ActivityUnit.GBq,
        "TBq" => ActivityUnit.TBq,
        "uCi" or "\u00B5Ci" or "\u03BCCi" => ActivityUnit.MicroCi,
        "mCi" => ActivityUnit.MilliCi,
        "Ci" => ActivityUnit.Ci,
        _ => null,
    };
}
