using Doseline.Kernel.Units;

namespace Doseline.Shipping.Domain;

/// <summary>Activities as papers print them: SI first, customary units in parentheses, never curie alone (49 CFR 172.203(d)).</summary>
public static class ActivityText
{
    static readonly Unit[] Becquerels = Descending("Bq"), Curies = Descending("Ci");

    /// <summary>For example <c>7.400 GBq (200.0 mCi)</c>, with the digits of <see cref="Figures"/>.</summary>
    /// <param name="bq">Activity in becquerels, finite and not negative.</param>
    public static string Of(double bq) => $"{Scaled(bq, Becquerels)} ({Scaled(bq, Curies)})";

    static string Scaled(double bq, Unit[] units)
    {
        // The unit is chosen after rounding, so that 999.96 kBq reads as 1.000 MBq.
        var unit = units.FirstOrDefault(u => Figures.Round(bq / u.Factor) is not ['0', ..], units[^1]);
        // Printers of papers know no micro sign.
        return $"{Figures.Round(bq / unit.Factor)} {unit.Symbol.Replace('µ', 'u')}";
    }

    static Unit[] Descending(string kind) =>
        [.. UnitTable.All.Where(u => u.Dimension is Dimension.Activity && u.Symbol.EndsWith(kind, StringComparison.Ordinal)).OrderByDescending(u => u.Factor)];
}
