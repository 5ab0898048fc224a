using System.Globalization;

namespace Doseline.Shipping.Domain;

/// <summary>Activities as papers print them: SI first, customary units in parentheses, never curie alone (49 CFR 172.203(d)).</summary>
public static class ActivityText
{
    const double BqPerCurie = 3.7e10;
    const int SignificantDigits = 4;
    static readonly (double Scale, string Prefix)[] Prefixes = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")];
    static readonly (double Scale, string Prefix)[] CuriePrefixes = [(1, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n")];

    /// <summary>For example <c>7.400 GBq (200.0 mCi)</c>; four significant digits, half away from zero.</summary>
    /// <param name="bq">Activity in becquerels, finite and not negative.</param>
    public static string Of(double bq) => $"{Scaled(bq, Prefixes)}Bq ({Scaled(bq / BqPerCurie, CuriePrefixes)}Ci)";

    static string Scaled(double value, (double Scale, string Prefix)[] prefixes)
    {
        // The prefix is chosen after rounding, so that 999.96 k reads as 1.000 M.
        foreach (var (scale, prefix) in prefixes)
        {
            var text = Rounded(value / scale);
            if (text >= 1) return $"{Digits(text)} {prefix}";
        }

        var (last, name) = prefixes[^1];
        return $"{Digits(Rounded(value / last))} {name}";
    }

    static decimal Rounded(double value)
    {
        if (!(value is > 1e-12 and < 1e15)) return value >= 1e15 ? decimal.MaxValue : 0;
        var exact = (decimal)value;
        var whole = Math.Max(1, (int)Math.Floor(Math.Log10(value)) + 1);
        return Math.Round(exact, Math.Clamp(SignificantDigits - whole, 0, 28), MidpointRounding.AwayFromZero);
    }

    static string Digits(decimal value)
    {
        var whole = value < 1 ? 1 : (int)Math.Floor(Math.Log10((double)value)) + 1;
        return value.ToString("F" + Math.Max(0, SignificantDigits - whole).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
