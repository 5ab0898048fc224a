using Doseline.Kernel.Units;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Units;

public sealed class UnitTableTests
{
    [Theory]
    [Requirement("A137")]
    [InlineData("1", "mL", "L", "0.001")]
    [InlineData("0.25", "L", "mL", "250")]
    [InlineData("12.5", "mL", "µL", "12500")]
    [InlineData("1", "kg", "µg", "1000000000")]
    [InlineData("37", "ng", "mg", "0.000037")]
    [InlineData("3", "each", "each", "3")]
    [InlineData("1", "Ci", "GBq", "37")]
    [InlineData("2.5", "mCi", "µCi", "2500")]
    [InlineData("7400", "MBq", "mCi", "200")]
    public void Factors_are_exact(string amount, string from, string to, string expected) =>
        UnitTable.Convert(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), Unit(from), Unit(to), "quantity").Value.ToString("0.############", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(expected);

    [Fact]
    [Requirement("A137", "A153")]
    public void There_and_back_over_any_chain_of_units_is_the_same_amount() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte[]>(), (thousandths, way) =>
        {
            var amount = thousandths / 1000m;
            var units = UnitTable.All.Where(u => u.Dimension == Dimension.Mass).ToList();
            var (here, now) = (units[2], amount);
            foreach (var step in way.Select(w => units[w % units.Count]).Append(units[2]))
                (here, now) = (step, UnitTable.Convert(now, here, step, "quantity").Value);
            return now == amount;
        }).Holds();

    [Fact]
    [Requirement("A137", "A187")]
    public void A_thousand_withdrawals_in_mixed_units_close_to_exactly_nothing()
    {
        const int seed = 20261123;
        Random random = new(seed);
        var litre = Unit("L");
        var units = UnitTable.All.Where(u => u.Dimension == Dimension.Volume).ToList();
        List<(decimal Amount, Unit Unit)> withdrawals = [];
        var total = 0m;
        for (var i = 0; i < 1000; i++)
        {
            var unit = units[random.Next(units.Count)];
            var amount = random.Next(1, 1_000_000) / 100m;
            withdrawals.Add((amount, unit));
            total += UnitTable.Convert(amount, unit, litre, "quantity").Value;
        }

        foreach (var (amount, unit) in withdrawals.OrderBy(_ => random.Next())) total -= UnitTable.Convert(amount, unit, litre, "quantity").Value;
        total.ShouldBe(0m);
    }

    [Theory]
    [Requirement("A170", "A188")]
    [InlineData("")]
    [InlineData("ML")]
    [InlineData("Mg")]
    [InlineData("ml")]
    [InlineData("cc")]
    [InlineData("MBq")]
    [InlineData("mBq")]
    [InlineData("MCi")]
    [InlineData(null)]
    public void A_symbol_that_is_none_is_refused_and_never_guessed(string? symbol)
    {
        var refusal = UnitTable.Read(symbol, "unit").Refusals.Single();
        refusal.Code.ShouldBe("UNIT_UNKNOWN");
        refusal.Numbers["units"].ShouldContain("mL");
    }

    [Theory]
    [InlineData("uL", "µL")]
    [InlineData("uCi", "µCi")]
    [InlineData(" \u03BCCi ", "µCi")]
    [InlineData("\u03BCg", "µg")]
    public void Micro_is_written_in_three_ways(string written, string meant) => UnitTable.Find(written).ShouldBe(Unit(meant));

    [Fact]
    public void Mass_is_not_volume_and_an_amount_that_does_not_fit_is_refused()
    {
        UnitTable.Convert(1m, Unit("mg"), Unit("mL"), "quantity").Refusals.Single().Code.ShouldBe("UNIT_OF_OTHER_DIMENSION");
        UnitTable.Convert(decimal.MaxValue, Unit("kg"), Unit("ng"), "quantity").Refusals.Single().Code.ShouldBe("AMOUNT_NOT_EXACT");
        UnitTable.Convert(0.0000000000000000000000000001m, Unit("ng"), Unit("kg"), "quantity").Refusals.Single().Code.ShouldBe("AMOUNT_NOT_EXACT");
        UnitTable.Convert(1m, Unit("MBq"), Unit("mCi"), "quantity").Refusals.Single().Code.ShouldBe("AMOUNT_NOT_EXACT");
    }

    [Theory]
    [Requirement("A153", "A187")]
    [InlineData(0.3, "mg", null)]
    [InlineData(999_999_999.999999, "g", null)]
    [InlineData(0.000001, "L", null)]
    [InlineData(12, "each", null)]
    [InlineData(0, "mL", null)]
    [InlineData(0.1 + 0.2, "mg", "AMOUNT_TOO_FINE")]
    [InlineData(0.0000001, "mg", "AMOUNT_TOO_FINE")]
    [InlineData(0.5, "each", "AMOUNT_TOO_FINE")]
    [InlineData(1.0 / 3, "mL", "AMOUNT_TOO_FINE")]
    [InlineData(1e9, "g", "AMOUNT_TOO_LARGE")]
    [InlineData(1e300, "g", "AMOUNT_TOO_LARGE")]
    [InlineData(double.NaN, "g", "AMOUNT_TOO_LARGE")]
    [InlineData(double.NegativeInfinity, "g", "AMOUNT_TOO_LARGE")]
    public void An_amount_is_a_decimal_of_its_units_resolution_or_refused(double sent, string symbol, string? code)
    {
        var amount = UnitTable.Amount(sent, Unit(symbol), "quantity");
        amount.Refusals.Select(refusal => refusal.Code).ShouldBe(code is null ? [] : [code]);
        if (code is null) ((double)amount.Value).ShouldBe(sent);
    }

    [Fact]
    [Requirement("A153", "A187")]
    public void A_double_carries_every_amount_there_and_back() => Prop.ForAll(
        Gen.Choose(0, 999_999_999).Zip(Gen.Choose(0, 999_999)).ToArbitrary(), drawn =>
        {
            var amount = drawn.Item1 + (drawn.Item2 / 1_000_000m);
            return UnitTable.Amount((double)amount, Unit("mL"), "quantity").Value == amount && (decimal)(double)amount == amount;
        }).Holds();

    static Unit Unit(string symbol) => UnitTable.Find(symbol)!;
}
