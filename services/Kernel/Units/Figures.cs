using System.Globalization;

namespace Doseline.Kernel.Units;

/// <summary>Numbers as labels and papers print them: rounded once, at the end, from the unrounded value, half to even.</summary>
public static class Figures
{
    /// <summary>Digits that an activity or concentration is printed with.</summary>
    public const int SignificantDigits = 4;

    // A decimal has this many places after its point.
    const int PlacesMax = 28;

    /// <summary>So many significant digits, without exponent: 7400.4 is <c>7400</c>, 0.0123456 is <c>0.01235</c>, 999.96 is <c>1000</c>.</summary>
    /// <param name="value">Finite, not negative, below 10²⁰.</param>
    /// <param name="digits">Significant digits, at least 1.</param>
    public static string Round(double value, int digits = SignificantDigits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1e20);
        var places = PlacesOf(value, digits);
        if (value == 0 || places > PlacesMax) return "0";
        var rounded = Rounded((decimal)value, places);
        // 999.96 became 1000.0, which is one digit more than was asked for.
        places = PlacesOf((double)rounded, digits);
        return rounded.ToString($"F{Math.Clamp(places, 0, PlacesMax)}", CultureInfo.InvariantCulture);
    }

    static int PlacesOf(double value, int digits) => value == 0 ? 0 : digits - 1 - (int)Math.Floor(Math.Log10(value));

    static decimal Rounded(decimal number, int places)
    {
        if (places >= 0) return decimal.Round(number, places, MidpointRounding.ToEven);
        var unit = 1m;
        for (var i = places; i < 0; i++) unit *= 10;
        return decimal.Round(number / unit, MidpointRounding.ToEven) * unit;
    }
}
