namespace Doseline.Kernel.Decay;

/// <summary>An amount beside the limit it is measured against, both in one unit (Bq, Bq/g, TBq).</summary>
/// <param name="Name">What it is, for example a nuclide symbol.</param>
/// <param name="Amount">Not negative.</param>
/// <param name="Limit">Greater than 0.</param>
public readonly record struct FractionTerm(string Name, double Amount, double Limit)
{
    /// <summary>Amount over limit.</summary>
    public double Fraction => Amount / Limit;
}
