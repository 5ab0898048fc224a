using System.Globalization;
using Doseline.Kernel.Units;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Units;

public sealed class FiguresTests
{
    [Theory]
    [Requirement("A153")]
    [InlineData(7400.4, "7400")]
    [InlineData(219.5528838, "219.6")]
    [InlineData(0.0123456, "0.01235")]
    [InlineData(98765.4, "98770")]
    [InlineData(0, "0")]
    [InlineData(1.0005, "1.000")]
    [InlineData(1.0015, "1.002")]
    [InlineData(999.96, "1000")]
    [InlineData(99.996, "100.0")]
    [InlineData(1e-30, "0")]
    [InlineData(9.9996e19, "100000000000000000000")]
    public void Four_digits_are_kept_half_to_even(double value, string text) => Figures.Round(value).ShouldBe(text);

    [Fact]
    [Requirement("A153")]
    public void What_is_printed_is_within_half_a_unit_of_the_last_digit_and_prints_again_as_itself() => Prop.ForAll((
        from mantissa in Gen.Choose(1, int.MaxValue)
        from exponent in Gen.Choose(-18, 8)
        select mantissa * Math.Pow(10, exponent)).ToArbitrary(), value =>
    {
        var text = Figures.Round(value);
        var printed = double.Parse(text, CultureInfo.InvariantCulture);
        return Math.Abs(printed - value) <= 0.50001 * Math.Pow(10, Math.Floor(Math.Log10(value)) - 3) && Figures.Round(printed) == text;
    }).Holds();
}
