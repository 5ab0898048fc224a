using System.Globalization;

namespace Doseline.Kernel.Decay;

/// <summary>A half-life exactly as its evaluation prints it, so that nothing is lost before the arithmetic starts.</summary>
public sealed record HalfLife
{
    /// <summary>Days in the year of NUBASE2020 and ICRP: the tropical year. With 365.25 Ac-227 would be 0.0021 % off.</summary>
    public const decimal DaysPerYear = 365.2422m;

    const decimal SecondsPerDay = 86_400m;

    /// <summary>States a half-life.</summary>
    /// <param name="text">Number greater than 0 as printed, with a point.</param>
    /// <param name="unit">One of <c>ns us ms s m h d y ky My Gy Ey</c>; m is the minute, y the tropical year.</param>
    /// <param name="uncertainty">One standard deviation in the same unit as printed; null when the source gives none.</param>
    /// <exception cref="FormatException">The number or the unit cannot be read, or the number is not greater than 0.</exception>
    public HalfLife(string text, string unit, string? uncertainty = null)
    {
        (Text, Unit, Uncertainty) = (text, unit, uncertainty);
        Seconds = InSeconds(text, unit);
        UncertaintySeconds = uncertainty is null ? null : InSeconds(uncertainty, unit);
        if (!(Seconds > 0)) throw new FormatException($"A half-life of {text} {unit} is not greater than 0.");
    }

    /// <summary>The number as printed.</summary>
    public string Text { get; }

    /// <summary>The unit as printed.</summary>
    public string Unit { get; }

    /// <summary>One standard deviation as printed, in <see cref="Unit"/>; null when the source gives none.</summary>
    public string? Uncertainty { get; }

    /// <summary>The double nearest to the exact number of seconds.</summary>
    public double Seconds { get; }

    /// <summary>One standard deviation in seconds; null when the source gives none.</summary>
    public double? UncertaintySeconds { get; }

    /// <inheritdoc/>
    public override string ToString() => Uncertainty is null ? $"{Text} {Unit}" : $"{Text} ± {Uncertainty} {Unit}";

    // Exact in decimal; the last step goes through text, because only parsing rounds to the nearest double.
    static double InSeconds(string text, string unit)
    {
        var exact = decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * SecondsPerUnit(unit);
        return double.Parse(exact.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    static decimal SecondsPerUnit(string unit) => unit switch
    {
        "ns" => 1e-9m,
        "us" => 1e-6m,
        "ms" => 1e-3m,
        "s" => 1m,
        "m" => 60m,
        "h" => 3_600m,
        "d" => SecondsPerDay,
        "y" => DaysPerYear * SecondsPerDay,
        "ky" => DaysPerYear * SecondsPerDay * 1e3m,
        "My" => DaysPerYear * SecondsPerDay * 1e6m,
        "Gy" => DaysPerYear * SecondsPerDay * 1e9m,
        "Ey" => DaysPerYear * SecondsPerDay * 1e18m,
        _ => throw new FormatException($"No such unit of time: {unit}."),
    };
}
