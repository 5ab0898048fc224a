using Doseline.Kernel.Decay;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Decay;

public sealed class SumOfFractionsTests
{
    [Fact]
    public void One_is_within_at_most_one_and_not_below_one()
    {
        FractionTerm[] terms = [new("Lu-177", 0.5, 1), new("Ac-225", 1, 2)];
        new SumOfFractions(terms).Within.ShouldBeTrue();
        new SumOfFractions(terms, FractionLimit.BelowOne).Within.ShouldBeFalse();
        new SumOfFractions(terms).Headroom.ShouldBe(0);
        new SumOfFractions([]).Sum.ShouldBe(0);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, 0)]
    [InlineData(1, double.NaN)]
    public void Bad_terms_are_refused(double amount, double limit) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SumOfFractions([new("x", amount, limit)]));

    [Fact]
    public void The_order_of_an_inventory_does_not_matter() => Prop.ForAll(
        Gen.Choose(0, 1_000_000).ArrayOf().Where(amounts => amounts.Length > 0).ToArbitrary(),
        amounts =>
        {
            FractionTerm[] terms = [.. amounts.Select((amount, place) => new FractionTerm($"{place}", amount, 3 + place))];
            return new SumOfFractions(terms).Sum == new SumOfFractions(terms.Reverse()).Sum;
        }).Holds();

    [Fact]
    public void The_limit_of_a_mixture_weighs_by_activity()
    {
        // Equal activities of A2 0.7 and 0.006 TBq: 1 / (0.5/0.7 + 0.5/0.006).
        var limit = SumOfFractions.MixtureLimit([new("Lu-177", 2, 0.7), new("Ac-225", 2, 0.006)]);
        limit.ShouldAgree(1 / (0.5 / 0.7 + 0.5 / 0.006));
        // A package at its mixture limit is exactly at a sum of one.
        new SumOfFractions([new("Lu-177", limit / 2, 0.7), new("Ac-225", limit / 2, 0.006)]).Sum.ShouldAgree(1);
        SumOfFractions.MixtureLimit([]).ShouldBe(double.PositiveInfinity);
    }
}
