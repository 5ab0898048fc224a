using Doseline.Shipping.Domain;

namespace Doseline.Shipping.Tests;

public sealed class ActivityTexts
{
    [Theory]
    [InlineData(7.4e9, "7.400 GBq (200.0 mCi)")]
    [InlineData(8e6, "8.000 MBq (216.2 uCi)")]
    [InlineData(999.96e3, "1.000 MBq (27.03 uCi)")]
    [InlineData(3.7e10, "37.00 GBq (1.000 Ci)")]
    [InlineData(0, "0 Bq (0 nCi)")]
    public void Becquerels_stand_first_and_curies_in_parentheses(double bq, string text) => ActivityText.Of(bq).ShouldBe(text);
}
