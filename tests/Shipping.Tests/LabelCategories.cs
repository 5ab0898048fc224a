using Doseline.Shipping.Domain.Class7;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Shipping.Tests;

/// <summary>Transport index and label category (49 CFR 172.403), in whole nanosieverts.</summary>
public sealed class LabelCategories
{
    static readonly Class7Data Data = Class7Data.Current;

    [Theory]
    [Requirement("A009", "E12")]
    [InlineData(11_300, 12)]      // 1.13 becomes 1.2
    [InlineData(500, 0)]          // 0.05 may be taken as 0
    [InlineData(501, 1)]
    [InlineData(5_100, 6)]
    [InlineData(10_000, 10)]      // 0.0100 mSv/h is exactly 1.0: binary fractions would say 1.1
    [InlineData(10_010, 11)]
    [InlineData(0, 0)]
    [InlineData(100_000, 100)]
    public void Transport_index_is_rounded_up_to_the_next_tenth(long oneMeter, int tenths) =>
        new DoseRates(oneMeter, oneMeter).TransportIndexTenths(Data).ShouldBe(tenths);

    [Theory]
    [Requirement("A009", "E12")]
    [InlineData(600_000, 8_000, Category.YellowIII)]      // the regulation's own example: TI 0.8 and 0.6 mSv/h
    [InlineData(4_000, 500, Category.WhiteI)]
    [InlineData(6_000, 0, Category.YellowII)]
    [InlineData(100_000, 5_100, Category.YellowII)]
    [InlineData(100_000, 10_000, Category.YellowII)]
    [InlineData(100_000, 10_010, Category.YellowIII)]
    [InlineData(5_000, 0, Category.WhiteI)]
    [InlineData(500_000, 10_000, Category.YellowII)]
    [InlineData(2_000_000, 100_000, Category.YellowIII)]
    [InlineData(2_000_001, 100_000, Category.YellowIIIExclusiveUse)]
    [InlineData(2_000_000, 100_001, Category.YellowIIIExclusiveUse)]
    [InlineData(10_000_000, 100_000, Category.YellowIIIExclusiveUse)]
    public void Category_is_the_higher_of_both_tests(long surface, long oneMeter, Category category) =>
        new DoseRates(surface, oneMeter).CategoryOf(Data).ShouldBe(category);

    [Fact]
    [Requirement("A009", "E12")]
    public void No_package_exceeds_ten_millisieverts_at_its_surface() => new DoseRates(10_000_001, 0).CategoryOf(Data).ShouldBeNull();

    [Fact]
    [Requirement("A009", "E12")]
    public void A_highway_route_controlled_quantity_is_always_yellow_iii() => new DoseRates(0, 0).CategoryOf(Data, isHrcq: true).ShouldBe(Category.YellowIII);

    [Fact]
    [Requirement("A009", "E12")]
    public void More_dose_rate_never_lowers_category_or_index() =>
        Prop.ForAll(
            Gen.Choose(0, 10_000_000).Four().ToArbitrary(),
            numbers =>
            {
                var (a, b, c, d) = numbers;
                var low = new DoseRates(Math.Min(a, b), Math.Min(c, d));
                var high = new DoseRates(Math.Max(a, b), Math.Max(c, d));
                return low.CategoryOf(Data) <= high.CategoryOf(Data) && low.TransportIndexTenths(Data) <= high.TransportIndexTenths(Data);
            }).Holds();

    [Fact]
    [Requirement("A009", "E12")]
    public void The_index_is_never_below_what_was_measured_and_less_than_a_tenth_above() =>
        Prop.ForAll(
            Gen.Choose(501, 10_000_000).ToArbitrary(),
            oneMeter =>
            {
                var index = new DoseRates(oneMeter, oneMeter).TransportIndexTenths(Data) / 10m;
                var exact = oneMeter / 1_000_000m * 100m;
                return index >= exact && index - exact < 0.1m;
            }).Holds();
}
