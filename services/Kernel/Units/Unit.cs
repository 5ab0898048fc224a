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
}

/// <summary>A unit of amount, with its exact factor.</summary>
/// <param name="Symbol">As written, case for case, for example <c>mL</c>.</param>
/// <param name="Dimension">What it measures.</param>
/// <param name="PowerOfTen">Ten to this power of the base unit (g, L, each): every factor is exact in decimal arithmetic.</param>
public sealed record Unit(string Symbol, Dimension Dimension, int PowerOfTen);
