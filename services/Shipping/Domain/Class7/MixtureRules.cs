using Doseline.Kernel.Decay;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>Sums of fractions against transport values (SSR-6 paragraphs 405 and 428, 49 CFR 173.433).</summary>
public static class MixtureRules
{
    const double BqPerTbq = 1e12;

    /// <summary>Values of a nuclide: as listed, or the defaults for what it emits when the regulations do not list it.</summary>
    public static TransportValues ValuesOf(Nuclide nuclide, Class7Data data) =>
        nuclide is { A1Tbq: { } a1, A2Tbq: { } a2, ExemptConcentrationBqPerGram: { } concentration, ExemptConsignmentBq: { } consignment }
            ? new(a1, a2, concentration, consignment, IsDefault: false)
            : data.DefaultsFor(data.EmissionOfNuclide(nuclide.Symbol));

    /// <summary>Σ A(i)/A2(i), or Σ A(i)/A1(i) for special form: a Type A package holds at most 1.</summary>
    public static SumOfFractions TypeASum(IEnumerable<NuclideAmount> amounts, bool specialForm, Class7Data data) =>
        Sum(amounts, data, values => (specialForm ? values.A1Tbq : values.A2Tbq) * BqPerTbq);

    /// <summary>Σ A(i)/X(i) against the exempt consignment values.</summary>
    public static SumOfFractions ExemptConsignmentSum(IEnumerable<NuclideAmount> amounts, Class7Data data) =>
        Sum(amounts, data, values => values.ExemptBq);

    /// <summary>Σ C(i)/X(i) against the exempt concentrations.</summary>
    /// <param name="amounts">Activities in the mass.</param>
    /// <param name="massGrams">Mass in grams, greater than 0.</param>
    /// <param name="data">Tables.</param>
    public static SumOfFractions ExemptConcentrationSum(IEnumerable<NuclideAmount> amounts, double massGrams, Class7Data data) =>
        Sum(amounts.Select(amount => amount with { Bq = amount.Bq / massGrams }), data, values => values.ExemptBqPerGram);

    /// <summary>Value of a known mixture, Xm = 1/Σ(f(i)/X(i)), for A2 in becquerels (A1 for special form).</summary>
    public static double MixtureA(IEnumerable<NuclideAmount> amounts, bool specialForm, Class7Data data) =>
        SumOfFractions.MixtureLimit(TypeASum(amounts, specialForm, data).Terms);

    /// <summary>
    /// True when there is Class 7 material at all: both the concentration and the consignment must exceed their exemption (49 CFR 173.403).
    /// </summary>
    /// <param name="amounts">What is there.</param>
    /// <param name="massGrams">Mass in grams; null when not weighed: the concentration then counts as exceeding.</param>
    /// <param name="data">Tables.</param>
    public static bool IsClass7(IReadOnlyList<NuclideAmount> amounts, double? massGrams, Class7Data data) =>
        ExemptConsignmentSum(amounts, data).Sum > 1
        && (massGrams is not { } mass || ExemptConcentrationSum(amounts, mass, data).Sum > 1);

    /// <summary>
    /// Nuclides to print: the fewest, largest fraction first, that make up 95 % of the sum (49 CFR 173.433(g)).
    /// </summary>
    public static IReadOnlyList<string> Printed(IReadOnlyList<NuclideAmount> amounts, bool specialForm, Class7Data data)
    {
        var sum = TypeASum(amounts, specialForm, data);
        var enough = data.Limit("listing_share") * sum.Sum;
        List<string> printed = [];
        var covered = 0.0;
        foreach (var term in sum.Terms.OrderByDescending(term => term.Fraction).ThenBy(term => term.Name, StringComparer.Ordinal))
        {
            if (covered >= enough && printed is not []) break;
            printed.Add(term.Name);
            covered += term.Fraction;
        }

        return printed;
    }

    static SumOfFractions Sum(IEnumerable<NuclideAmount> amounts, Class7Data data, Func<TransportValues, double> limit) =>
        new(amounts.Select(amount => new FractionTerm(amount.Nuclide.Symbol, amount.Bq, limit(ValuesOf(amount.Nuclide, data)))));
}
