using System.Globalization;

namespace Doseline.Labeling.Domain;

/// <summary>Numbers as labels print them: rounded once, at the end, from the unrounded value.</summary>
public static class Figures
{
    /// <summary>Digits that an activity or concentration is printed with.</summary>
    public const int SignificantDigits = 4;

    /// <summary>So many significant digits, half to even, without exponent: 7400.4 is <c>7400</c>, 0.0123456 is <c>0.01235</c>.</summary>
    /// <param name="value">Finite, not negative, below 10²⁰.</param>
    /// <param name="digits">Significant digits, at least 1.</param>
    public static string Round(double value, int digits = SignificantDigits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1e20);
        if (value == 0) return "0";
        var number = (decimal)value;
        var decimals = digits - 1 - (int)Math.Floor(Math.Log10(value));
        if (decimals > 28) return "0";
        if (decimals >= 0)
        {
            var rounded = Math.Round(number, Math.Min(decimals, 28), MidpointRounding.ToEven);
            return rounded.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        }

        var unit = Power(-decimals);
        return (Math.Round(number / unit, MidpointRounding.ToEven) * unit).ToString("F0", CultureInfo.InvariantCulture);
    }

    static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}
