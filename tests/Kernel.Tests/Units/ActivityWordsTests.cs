using System.Globalization;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Units;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Units;

public sealed class ActivityWordsTests
{
    [Theory]
    [InlineData(1e12, "Lu-177", "1000 GBq")]
    [InlineData(7.4e9, "Lu-177", "7.4 GBq")]
    [InlineData(8e6, "Ac-225", "8 MBq")]
    [InlineData(50_000, "Ac-225", "0.05 MBq")]
    [InlineData(720, "Lu-177", "720 Bq")]
    [InlineData(1e15, "Lu-177", "1 PBq")]
    [InlineData(0, "Lu-177", "0 GBq")]
    [InlineData(-5e9, "Lu-177", "-5 GBq")]
    [InlineData(1e12, null, "1 TBq")]
    [InlineData(1234.5, "Xx-999", "1.234 kBq")]
    [InlineData(0.02, null, "0.02 Bq")]
    public void An_amount_is_said_in_the_unit_of_its_nuclide(double bq, string? nuclide, string words) => ActivityWords.Of(bq, nuclide).ShouldBe(words);

    [Fact]
    public void Every_amount_is_read_back_to_four_digits_and_never_has_an_exponent() => Prop.ForAll((
        from mantissa in Gen.Choose(1, int.MaxValue)
        from exponent in Gen.Choose(-9, 9)
        from nuclide in Gen.Elements(ActivityWords.Nuclides.Append("Xx-999").ToArray())
        select (Bq: mantissa * Math.Pow(10, exponent), nuclide)).ToArbitrary(), given =>
    {
        var words = ActivityWords.Of(given.Bq, given.nuclide).Split(' ');
        var read = double.Parse(words[0], CultureInfo.InvariantCulture) * UnitTable.Find(words[1])!.Factor;
        // Below a thousandth of a becquerel nobody counts decays.
        return !words[0].Contains('E', StringComparison.OrdinalIgnoreCase) && Math.Abs(read - given.Bq) <= 0.00051 * given.Bq;
    }).Holds();

    [Fact]
    public void Only_nuclides_that_are_known_have_a_usual_unit() => ActivityWords.Nuclides.Where(symbol => NuclideData.Current.Find(symbol) is null).ShouldBeEmpty();
}
