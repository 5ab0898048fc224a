using Doseline.Kernel.Decay;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Decay;

public sealed class ChainTests
{
    static readonly string[] Parents = [.. NuclideData.Current.All.Where(nuclide => !nuclide.IsStable).Select(nuclide => nuclide.Symbol)];

    /// <summary>A parent of the shipped data and a time from a microsecond to ten thousand years.</summary>
    static readonly Arbitrary<(string Parent, double Seconds)> ParentAndTime = (
        from parent in Gen.Elements(Parents)
        from exponent in Gen.Choose(-600, 1150)
        select (parent, Math.Pow(10, exponent / 100.0))).ToArbitrary();

    /// <summary>A made-up chain: half-lives over twenty orders of magnitude, some of them equal, and branches that skip members.</summary>
    static readonly Arbitrary<MadeUp> MadeUpChains = (
        from size in Gen.Choose(2, 9)
        from exponents in Gen.Choose(-900, 1100).ArrayOf(size)
        from twins in Gen.Choose(0, 3).ArrayOf(size)
        from skips in Gen.Choose(0, 100).ArrayOf(size)
        from time in Gen.Choose(-600, 1100)
        select MadeUp.Of(exponents, twins, skips, Math.Pow(10, time / 100.0))).ToArbitrary();

    [Fact]
    [Requirement("E09")]
    public void Made_up_chains_agree_with_exact_arithmetic() => Prop.ForAll(MadeUpChains, made =>
    {
        var atoms = new double[made.Lambda.Length];
        atoms[0] = 1;
        new ChainPropagator(made.Lambda, [.. made.Edges.Select(edge => new ChainEdge(edge.From, edge.To, edge.Rate))]).Propagate(atoms, made.Seconds);
        var exact = ExactChain.Propagate(made.Lambda, made.Edges, 0, made.Seconds);
        // Below the smallest normal number digits are lost on purpose; far above it none may be.
        return atoms.Zip(exact).All(pair => pair.Second < 1e-280 ? pair.First is >= 0 and < 1e-270 : Math.Abs(pair.First / pair.Second - 1) < 1e-12);
    }).Holds(60);

    [Fact]
    [Requirement("E09")]
    public void Shipped_chains_agree_with_exact_arithmetic() => Prop.ForAll(ParentAndTime, drawn =>
    {
        var chain = NuclideData.Current.ChainOf(drawn.Parent);
        double[] lambda = [.. chain.Members.Select(member => member.LambdaPerSecond)];
        var edges = chain.Members.SelectMany((member, from) => member.Branches
            .Where(branch => chain.IndexOf(branch.Daughter) >= 0)
            .Select(branch => (from, chain.IndexOf(branch.Daughter), branch.Fraction * member.LambdaPerSecond))).ToArray();
        var exact = ExactChain.Propagate(lambda, edges, 0, drawn.Seconds);
        var atoms = new double[lambda.Length + 1];
        atoms[0] = 1;
        chain.Propagate(atoms, drawn.Seconds);
        return atoms.Zip(exact).All(pair => pair.Second < 1e-280 ? pair.First is >= 0 and < 1e-270 : Math.Abs(pair.First / pair.Second - 1) < 1e-12);
    }).Holds(60);

    [Fact]
    public void Atoms_are_conserved_and_never_negative() => Prop.ForAll(ParentAndTime, drawn =>
    {
        var atoms = new double[NuclideData.Current.ChainOf(drawn.Parent).Members.Count + 1];
        atoms[0] = 1e15;
        NuclideData.Current.ChainOf(drawn.Parent).Propagate(atoms, drawn.Seconds);
        return atoms.All(number => number >= 0) && Math.Abs(atoms.Sum() / 1e15 - 1) < 1e-12;
    }).Holds();

    [Fact]
    public void Two_spans_in_a_row_are_their_sum() => Prop.ForAll(ParentAndTime, drawn =>
    {
        var chain = NuclideData.Current.ChainOf(drawn.Parent);
        double[] split = new double[chain.Members.Count + 1], whole = new double[chain.Members.Count + 1];
        split[0] = whole[0] = 1;
        chain.Propagate(split, drawn.Seconds / 4);
        chain.Propagate(split, drawn.Seconds * 3 / 4);
        chain.Propagate(whole, drawn.Seconds);
        return split.Zip(whole).All(pair => pair.Second < 1e-280 || Math.Abs(pair.First / pair.Second - 1) < 1e-12);
    }).Holds();

    [Fact]
    public void A_mixture_is_the_sum_of_its_parts_in_whatever_order()
    {
        var span = TimeSpan.FromHours(7);
        var chain = DecayChain.Of(NuclideData.Current, "Ac-227", "Ac-225", "Th-227");
        var mixed = chain.Evaluate(new Dictionary<string, Activity>(StringComparer.Ordinal) { ["Th-227"] = new(3e6), ["Ac-225"] = new(1e9), ["Ac-227"] = new(5e5) }, span).OrThrow();
        var other = DecayChain.Of(NuclideData.Current, "Th-227", "Ac-227", "Ac-225")
            .Evaluate(new Dictionary<string, Activity>(StringComparer.Ordinal) { ["Ac-227"] = new(5e5), ["Th-227"] = new(3e6), ["Ac-225"] = new(1e9) }, span).OrThrow();
        foreach (var (nuclide, activity) in mixed.Activities)
        {
            var parts = new[] { ("Th-227", 3e6), ("Ac-225", 1e9), ("Ac-227", 5e5) }
                .Where(part => NuclideData.Current.ChainOf(part.Item1).IndexOf(nuclide.Symbol) >= 0)
                .Sum(part => NuclideData.Current.ChainOf(part.Item1).Evaluate(new Activity(part.Item2), span).OrThrow()[nuclide.Symbol].Bq);
            activity.Bq.ShouldAgree(parts);
            other[nuclide.Symbol].Bq.ShouldBe(activity.Bq);
        }
    }

    [Fact]
    public void A_chain_says_where_it_ends()
    {
        var radium = NuclideData.Current.ChainOf("Ra-226");
        radium.NotFollowed.ShouldBe(["Rn-222"]);
        var later = radium.Evaluate(new Activity(1e6), TimeSpan.FromDays(365)).OrThrow();
        later.AtomsOutside.ShouldBeGreaterThan(0);
        NuclideData.Current.ChainOf("Ac-225").Members[^1].ShouldSatisfyAllConditions(last => last.Symbol.ShouldBe("Bi-209"), last => last.IsStable.ShouldBeTrue());
        NuclideData.Current.ChainOf("Ac-225").NotFollowed.ShouldBeEmpty();
    }

    [Fact]
    public void A_chain_gives_every_reason_it_cannot_be_evaluated() =>
        NuclideData.Current.ChainOf("Ac-225")
            .Evaluate(new Dictionary<string, Activity>(StringComparer.Ordinal) { ["Lu-177"] = new(1), ["Bi-209"] = new(1), ["Ac-225"] = new(double.NaN), ["Fr-221"] = new(-1) }, TimeSpan.FromDays(-1))
            .Refusals.Select(refusal => refusal.Code)
            .ShouldBe(["NUCLIDE_NOT_IN_CHAIN", "NUCLIDE_NOT_IN_CHAIN", "ACTIVITY_NOT_VALID", "ACTIVITY_NOT_VALID", "CHAIN_BACK_DECAY"]);

    [Fact]
    public void Coincident_neighbours_peak_after_one_mean_life()
    {
        var equal = CheckData.Nuclides.WithHalfLives("equal", new Dictionary<string, HalfLife>(StringComparer.Ordinal) { ["Ra-225"] = new("10", "d"), ["Ac-225"] = new("10", "d") }).ChainOf("Ra-225");
        equal.SecondsToMaximum("Ac-225")!.Value.ShouldAgree(864000 / Math.Log(2));
        equal.EquilibriumRatio("Ac-225").ShouldBeNull();
        equal.SecondsToMaximum("Ra-225").ShouldBe(0);
        equal.SecondsToMaximum("Bi-209").ShouldBeNull();
        equal.SecondsToEquilibrium("Bi-213", 0.5).ShouldBeNull();
    }

    [Fact]
    public void Twenty_orders_of_magnitude_apart_still_agrees()
    {
        // Po-212-like 3e-7 s above a grandparent of 3e13 s.
        double[] lambda = [Math.Log(2) / 3e13, Math.Log(2) / 40000, Math.Log(2) / 3e-7, 0];
        (int, int, double)[] edges = [(0, 1, lambda[0]), (1, 2, lambda[1]), (2, 3, lambda[2])];
        foreach (var seconds in new[] { 1e-9, 1e-3, 1, 1e5, 1e10, 1e15 })
        {
            double[] atoms = [1, 0, 0, 0];
            new ChainPropagator(lambda, [.. edges.Select(edge => new ChainEdge(edge.Item1, edge.Item2, edge.Item3))]).Propagate(atoms, seconds);
            foreach (var (mine, exact) in atoms.Zip(ExactChain.Propagate(lambda, edges, 0, seconds))) mine.ShouldAgree(exact);
        }
    }

    /// <summary>Decay constants and feeds of a chain, and a time.</summary>
    sealed record MadeUp(double[] Lambda, (int From, int To, double Rate)[] Edges, double Seconds)
    {
        public static MadeUp Of(int[] exponents, int[] twins, int[] skips, double seconds)
        {
            double[] lambda = [.. exponents.Select(exponent => Math.Log(2) / Math.Pow(10, exponent / 100.0))];
            for (var place = 1; place < lambda.Length; place++)
            {
                // 1: the same as its parent; 2: the next double.
                if (twins[place] == 1) lambda[place] = lambda[place - 1];
                if (twins[place] == 2) lambda[place] = Math.BitIncrement(lambda[place - 1]);
            }

            List<(int, int, double)> edges = [];
            for (var from = 0; from + 1 < lambda.Length; from++)
            {
                var skipping = from + 2 < lambda.Length ? skips[from] / 100.0 : 0;
                if (skipping < 1) edges.Add((from, from + 1, (1 - skipping) * lambda[from]));
                if (skipping > 0) edges.Add((from, from + 2, skipping * lambda[from]));
            }

            return new(lambda, [.. edges], seconds);
        }

        public override string ToString() => $"λ {string.Join(" ", Lambda.Select(value => value.ToString("R", null)))} after {Seconds:R} s";
    }
}
