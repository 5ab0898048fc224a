using Doseline.Kernel.Ids;

namespace Doseline.Kernel.Tests.Ids;

public sealed class GtinTests
{
    [Theory]
    [InlineData("00614141107346", true)]
    [InlineData("00350419208017", true)]
    [InlineData("10350419208014", true)]
    [InlineData("10614141073464", true)]
    [InlineData("09506000134352", true)]
    [InlineData("9506000134352", true)]
    [InlineData("614141073467", true)]
    [InlineData("96385074", true)]
    [InlineData("00614141107345", false)]
    [InlineData("9506000134353", false)]
    [InlineData("950600013435", false)]
    [InlineData("06141411073460", false)]
    [InlineData("0061414110734X", false)]
    [InlineData("95060001343x2", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void It_is_checked_by_its_last_digit(string gtin, bool valid) => Gtin.IsValid(gtin).ShouldBe(valid);
}
