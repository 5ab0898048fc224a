namespace Doseline.Kernel.Units;

/// <summary>What a unit measures; amounts of different dimensions are never converted into each other.</summary>
public enum Dimension
{
    /// <summary>Mass.</summary>
    Mass,

    /// <summary>Volume.</summary>
    Volume,

    /// <summary>Pieces.</summary>
    Count,

    /// <summary>Radioactivity.</summary>
    Activity,
}

/// <summary>A unit of amount, with its exact factor: <paramref name="Multiple"/> × 10^<paramref name="PowerOfTen"/> of the base unit (g, L, each, Bq).</summary>
/// <param name="Symbol">As written, case for case, for example <c>mL</c>; micro is U+00B5.</param>
/// <param name="Dimension">What it measures.</param>
/// <param name="Multiple">Whole number; 37 for the curie and its parts, else 1.</param>
/// <param name="PowerOfTen">Power of ten.</param>
/// <param name="Ucum">Its code in UCUM, case for case, for example <c>ug</c>; read as the symbol is.</param>
/// <param name="Places">Decimal places to which amounts are weighed and counted in it: its resolution. Activities are not counted and have none.</param>
public sealed record Unit(string Symbol, Dimension Dimension, int Multiple, int PowerOfTen, string Ucum, int Places)
{
    /// <summary>Base units in one, as the nearest double: a whole number, and exact, for every unit that is no smaller than the base.</summary>
    public double Factor { get; } = PowerOfTen >= 0 ? Multiple * Math.Pow(10, PowerOfTen) : Multiple / Math.Pow(10, -PowerOfTen);
}
