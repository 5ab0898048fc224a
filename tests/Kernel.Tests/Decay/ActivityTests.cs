using System.Globalization;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Units;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Decay;

public sealed class ActivityTests
{
    static readonly Gen<Unit> Units = Gen.Elements(UnitTable.All.Where(u => u.Dimension is Dimension.Activity));

    static readonly Arbitrary<(Nuclide Nuclide, double HalfLives, double Share)> Spans = (
        from nuclide in Gen.Elements(NuclideData.Current.All.Where(nuclide => nuclide.HalfLifeSeconds is > 1e-3 and < 1e10).ToArray())
        from thousandths in Gen.Choose(-40_000, 40_000)
        from share in Gen.Choose(1, 99)
        select (nuclide, thousandths / 1000.0, share / 100.0)).ToArbitrary();

    [Theory]
    [Requirement("A137")]
    [InlineData("Bq", 1)]
    [InlineData("kBq", 1e3)]
    [InlineData("MBq", 1e6)]
    [InlineData("GBq", 1e9)]
    [InlineData("TBq", 1e12)]
    [InlineData("PBq", 1e15)]
    [InlineData("nCi", 37)]
    [InlineData("µCi", 3.7e4)]
    [InlineData("mCi", 3.7e7)]
    [InlineData("Ci", 3.7e10)]
    public void Units_are_exact(string symbol, double bq)
    {
        var unit = UnitTable.Find(symbol)!;
        Activity.From(1, unit).Bq.ShouldBe(bq);
        new Activity(bq).In(unit).ShouldBe(1);
        new Activity(bq).ToString(unit).ShouldBe($"1 {symbol}");
    }

    [Fact]
    public void What_is_no_unit_of_activity_measures_none()
    {
        Should.Throw<ArgumentException>(() => Activity.From(1, UnitTable.Find("mL")!));
        Should.Throw<ArgumentException>(() => Activity.Zero.In(UnitTable.Find("g")!));
    }

    [Fact]
    [Requirement("A137", "A153")]
    public void Fifteen_digits_survive_any_unit_and_back() => Prop.ForAll((
        from digits in Gen.Choose(100_000_000, 999_999_999)
        from more in Gen.Choose(0, 999_999)
        from exponent in Gen.Choose(-6, 6)
        from unit in Units
        from other in Units
        select (value: decimal.Parse($"{digits}{more:D6}e{exponent - 14}", NumberStyles.Float, CultureInfo.InvariantCulture), unit, other)).ToArbitrary(), drawn =>
    {
        var there = Activity.From((double)drawn.value, drawn.unit).In(drawn.other);
        var back = Activity.From(there, drawn.other).In(drawn.unit);
        return decimal.Parse(back.ToString("G15", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture) == drawn.value;
    }).Holds(2000);

    [Fact]
    [Requirement("A005")]
    public void Decay_there_and_back_is_nothing() => Prop.ForAll(Spans, drawn =>
    {
        var span = CheckData.Span(drawn.HalfLives * drawn.Nuclide.HalfLifeSeconds);
        return Math.Abs(new Activity(7.4e9).After(span, drawn.Nuclide).After(-span, drawn.Nuclide).Bq / 7.4e9 - 1) < 1e-12;
    }).Holds();

    [Fact]
    [Requirement("A005")]
    public void Split_spans_add_up() => Prop.ForAll(Spans, drawn =>
    {
        var span = CheckData.Span(drawn.HalfLives * drawn.Nuclide.HalfLifeSeconds);
        var first = span * drawn.Share;
        var split = new Activity(1e9).After(first, drawn.Nuclide).After(span - first, drawn.Nuclide);
        return Math.Abs(split.Bq / new Activity(1e9).After(span, drawn.Nuclide).Bq - 1) < 1e-12;
    }).Holds();

    [Fact]
    public void Decay_agrees_with_exact_arithmetic() => Prop.ForAll(Spans, drawn =>
    {
        var span = CheckData.Span(drawn.HalfLives * drawn.Nuclide.HalfLifeSeconds);
        var seconds = Exact.Of((decimal)span.Ticks) / Exact.Of((decimal)TimeSpan.TicksPerSecond);
        var exact = Exact.Exp(-(Exact.Ln2 * seconds / Exact.Seconds(drawn.Nuclide.HalfLife!.Text, drawn.Nuclide.HalfLife.Unit))).ToDouble();
        return Math.Abs(drawn.Nuclide.DecayFactor(span) / exact - 1) < 1e-13;
    }).Holds();

    [Fact]
    public void Twice_the_sample_is_twice_the_activity_and_less_is_left_later() => Prop.ForAll(Spans, drawn =>
    {
        var span = CheckData.Span(drawn.HalfLives * drawn.Nuclide.HalfLifeSeconds);
        var one = new Activity(1e9).After(span, drawn.Nuclide);
        return new Activity(2e9).After(span, drawn.Nuclide) == 2 * one && new Activity(1e9).After(span + TimeSpan.FromDays(1), drawn.Nuclide) <= one;
    }).Holds();

    [Fact]
    public void Decay_of_one_nuclide_and_of_a_chain_allocates_nothing()
    {
        var lutetium = NuclideData.Current.Find("Lu-177")!;
        var chain = NuclideData.Current.ChainOf("Ac-225");
        var atoms = new double[chain.Members.Count + 1];
        atoms[0] = 1;
        var activity = Round(new Activity(7.4e9));
        // The least of a few tries: a collection that another test sets off is charged to whoever runs.
        Enumerable.Range(0, 5).Min(_ => Allocated()).ShouldBe(0);

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 100; round++) activity = Round(activity);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Activity Round(Activity from)
        {
            chain.Propagate(atoms, 60);
            return from.After(TimeSpan.FromHours(1), lutetium);
        }
    }

    [Fact]
    public void Uncertainty_of_the_half_life_grows_with_time()
    {
        // Ac-225, 9.9190(21) d, over ten days: ln 2 · 10/9.9190 · 0.0021/9.9190.
        var actinium = NuclideData.Current.Find("Ac-225")!;
        actinium.DecayFactorUncertainty(TimeSpan.FromDays(10))!.Value.ShouldAgree(Math.Log(2) * 10 / 9.9190 * 0.0021 / 9.9190);
        actinium.DecayFactorUncertainty(TimeSpan.FromDays(-10)).ShouldBe(actinium.DecayFactorUncertainty(TimeSpan.FromDays(10)));
        (actinium with { HalfLife = new HalfLife("10.0", "d") }).DecayFactorUncertainty(TimeSpan.FromDays(1)).ShouldBeNull();
        NuclideData.Current.Find("Hf-177")!.DecayFactorUncertainty(TimeSpan.FromDays(1)).ShouldBe(0);
    }

    [Fact]
    public void Text_is_invariant_and_complete()
    {
        Activity.From(7.4, ActivityUnit.GBq).ToString().ShouldBe("7400000000 Bq");
        Activity.From(7.4, ActivityUnit.GBq).ToString(ActivityUnit.MilliCi).ShouldBe("200 mCi");
        new Activity(0.1).ToString().ShouldBe("0.1 Bq");
    }

    [Fact]
    public void Amounts_compare_and_add()
    {
        var (one, two) = (new Activity(1), new Activity(2));
        (one + one).ShouldBe(two);
        (two - one).ShouldBe(one);
        (two / one).ShouldBe(2);
        (two / 2).ShouldBe(one);
        (one * 2).ShouldBe(two);
        (one < two && two > one && one <= two && two >= one).ShouldBeTrue();
        new[] { two, one, Activity.Zero }.Order().ShouldBe([Activity.Zero, one, two]);
    }

    [Fact]
    public void A_look_back_beyond_every_number_is_refused() =>
        Should.Throw<OverflowException>(() => new Activity(1).After(TimeSpan.FromDays(-100), NuclideData.Current.Find("F-18")!));
}
