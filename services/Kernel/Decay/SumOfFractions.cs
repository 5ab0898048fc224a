namespace Doseline.Kernel.Decay;

/// <summary>Adds up parts of different limits: Σ Aᵢ/Lᵢ, for A2 values, exempt quantities, licences and thresholds alike.</summary>
public sealed record SumOfFractions
{
    /// <summary>Adds up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An amount is negative or not finite, or a limit not greater than 0.</exception>
    public SumOfFractions(IEnumerable<FractionTerm> terms, FractionLimit limit = FractionLimit.AtMostOne)
    {
        Terms = [.. terms];
        Limit = limit;
        foreach (var term in Terms)
        {
            if (!double.IsFinite(term.Amount) || term.Amount < 0 || !(term.Limit > 0))
                throw new ArgumentOutOfRangeException(nameof(terms), term, "An amount must be finite and not negative, a limit greater than 0.");
        }

        // Small terms first: the sum is then the same in whatever order the inventory was read.
        Sum = Terms.Select(term => term.Fraction).Order().Sum();
    }

    /// <summary>The parts, in the order given.</summary>
    public IReadOnlyList<FractionTerm> Terms { get; }

    /// <summary>Which inequality decides.</summary>
    public FractionLimit Limit { get; }

    /// <summary>Σ Aᵢ/Lᵢ, unrounded: limits compare what was computed, not what is printed.</summary>
    public double Sum { get; }

    /// <summary>True when the sum keeps within one.</summary>
    public bool Within => Limit == FractionLimit.AtMostOne ? Sum <= 1 : Sum < 1;

    /// <summary>What is left of one; negative when exceeded.</summary>
    public double Headroom => 1 - Sum;

    /// <summary>
    /// Limit of a mixture of known composition: Xm = 1 / Σ(f(i)/X(i)), with f(i) the fraction of the activity that is nuclide i
    /// (SSR-6 (Rev.1) paragraph 405; 49 CFR 173.433(d)).
    /// </summary>
    /// <param name="composition">Name, activity (any one unit) and limit of each nuclide.</param>
    /// <returns>The limit in the unit of the limits; positive infinity for an empty mixture.</returns>
    public static double MixtureLimit(IEnumerable<FractionTerm> composition)
    {
        var sum = new SumOfFractions(composition);
        var total = sum.Terms.Sum(term => term.Amount);
        return total > 0 ? total / sum.Sum : double.PositiveInfinity;
    }
}
