using Doseline.Kernel.Decay;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>Phase of matter.</summary>
public enum Phase
{
    /// <summary>Solid.</summary>
    Solid,

    /// <summary>Liquid.</summary>
    Liquid,

    /// <summary>Gas.</summary>
    Gas,
}

/// <summary>Form of radioactive material as transport sees it.</summary>
/// <param name="Phase">Phase of matter.</param>
/// <param name="IsSpecialForm">True for certified special form; A1 then limits instead of A2.</param>
public sealed record MaterialForm(Phase Phase, bool IsSpecialForm = false);

/// <summary>How much of a nuclide there is at one instant.</summary>
/// <param name="Nuclide">The nuclide.</param>
/// <param name="Bq">Activity in becquerels; finite and not negative.</param>
public sealed record NuclideAmount(Nuclide Nuclide, double Bq);

/// <summary>What is in a package at one instant, chains already counted as the rules ask.</summary>
/// <param name="Amounts">Nuclides that count, largest activity first.</param>
/// <param name="RuleIds">Rules that decided what counts.</param>
/// <param name="DataVersion">Version of the nuclide data.</param>
public sealed record Contents(IReadOnlyList<NuclideAmount> Amounts, IReadOnlyList<string> RuleIds, string DataVersion)
{
    // A daughter measured with its parent is its chain, not an impurity, up to transient equilibrium and one percent of measurement.
    const double EquilibriumTolerance = 1.01;

    /// <summary>Decays what was measured to an instant and counts chains (49 CFR 173.433(c)(2), as decided in the chain table).</summary>
    /// <param name="measured">Every nuclide as measured, of every dose.</param>
    /// <param name="instant">Instant of transport.</param>
    /// <param name="data">Class 7 tables.</param>
    public static Contents At(IReadOnlyList<CalibratedActivity> measured, DateTimeOffset instant, Class7Data data)
    {
        SortedDictionary<string, NuclideAmount> sums = new(StringComparer.Ordinal);
        List<string> rules = [];
        foreach (var part in measured) Add(sums, part.Nuclide, part.At(instant).Bq);
        foreach (var part in measured)
        {
            foreach (var daughter in data.SeparateDaughters(part.Nuclide.Symbol))
            {
                // A daughter that was measured speaks for itself; one that was not has grown since the parent was measured alone.
                if (measured.Any(other => other.Nuclide.Symbol == daughter)) continue;
                Add(sums, NuclideDataOf(part).Find(daughter)!, Grown(part, daughter, instant));
                rules.Add($"173.433(c)(2):{part.Nuclide.Symbol}+{daughter}");
            }
        }

        List<NuclideAmount> counted = [];
        foreach (var amount in sums.Values)
        {
            if (CoveringParent(amount, sums.Values, data, measured) is { } parent)
                rules.Add($"173.433(c)(2):{parent} covers {amount.Nuclide.Symbol}");
            else if (amount.Bq > 0)
                counted.Add(amount);
        }

        return new([.. counted.OrderByDescending(amount => amount.Bq).ThenBy(amount => amount.Nuclide.Symbol, StringComparer.Ordinal)],
            [.. rules.Distinct(StringComparer.Ordinal)], measured is [var first, ..] ? first.DataVersion : NuclideData.Current.Version);
    }

    static void Add(SortedDictionary<string, NuclideAmount> sums, Nuclide nuclide, double bq) =>
        sums[nuclide.Symbol] = new(nuclide, bq + (sums.TryGetValue(nuclide.Symbol, out var sum) ? sum.Bq : 0));

    static double Grown(CalibratedActivity parent, string daughter, DateTimeOffset instant)
    {
        if (instant <= parent.Reference) return 0;
        var chain = NuclideDataOf(parent).ChainOf(parent.Nuclide.Symbol);
        return chain.Evaluate(parent.Amount, instant - parent.Reference).OrThrow()[daughter].Bq;
    }

    static string? CoveringParent(NuclideAmount daughter, IEnumerable<NuclideAmount> all, Class7Data data, IReadOnlyList<CalibratedActivity> measured)
    {
        foreach (var parent in all)
        {
            if (parent.Nuclide.Symbol == daughter.Nuclide.Symbol || data.SeparateDaughters(parent.Nuclide.Symbol).Contains(daughter.Nuclide.Symbol, StringComparer.Ordinal)) continue;
            var chain = NuclideDataOf(measured[0]).ChainOf(parent.Nuclide.Symbol);
            if (chain.IndexOf(daughter.Nuclide.Symbol) < 0) continue;
            var (parentLife, daughterLife) = (parent.Nuclide.HalfLifeSeconds, daughter.Nuclide.HalfLifeSeconds);
            var mayCover = daughterLife < parentLife && (data.HasChainDecision(parent.Nuclide.Symbol) || daughterLife <= TimeSpan.FromDays(10).TotalSeconds);
            if (mayCover && daughter.Bq <= parent.Bq * (parentLife / (parentLife - daughterLife)) * EquilibriumTolerance) return parent.Nuclide.Symbol;
        }

        return null;
    }

    static NuclideData NuclideDataOf(CalibratedActivity activity) => NuclideData.ForVersion(activity.DataVersion) ?? NuclideData.Current;
}
