using Doseline.Kernel.Money;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Money;

public sealed class CurrencyTests
{
    // ISO 4217 list one.
    [Theory]
    [Requirement("A153")]
    [InlineData("USD", 2, "12.34", 1234)]
    [InlineData("EUR", 2, "0.01", 1)]
    [InlineData("JPY", 0, "1250", 1250)]
    [InlineData("KRW", 0, "3", 3)]
    [InlineData("KWD", 3, "1.250", 1250)]
    [InlineData("TND", 3, "0.001", 1)]
    [InlineData("CLF", 4, "2.5000", 25000)]
    public void An_amount_is_whole_minor_units_of_its_own_currency_and_reads_back_as_it_was(string code, int digits, string amount, long minor)
    {
        var currency = Currency.Read(code, "currency").Value!;
        currency.MinorDigits.ShouldBe(digits);
        currency.MinorOf(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), "price").Value.ShouldBe(minor);
        currency.Text(minor).ShouldBe($"{amount} {code}");
    }

    [Theory]
    [InlineData("XQZ")]
    [InlineData("usd")]
    [InlineData("US")]
    [InlineData("")]
    [InlineData("XXX")] // no currency
    [InlineData("XTS")] // for testing
    [InlineData("XAU")] // gold, has no minor unit
    [InlineData("DEM")] // withdrawn
    public void What_is_no_currency_of_today_is_refused(string code) => Currency.Read(code, "currency").Refusals.Single().Code.ShouldBe("CURRENCY_UNKNOWN");

    [Fact]
    [Requirement("A153")]
    public void Nothing_finer_than_the_currency_and_nothing_beyond_a_long_is_taken()
    {
        Currency.Find("JPY")!.MinorOf(12.5m, "price").Refusals.Single().Code.ShouldBe("AMOUNT_TOO_FINE");
        Currency.Find("USD")!.MinorOf(12.345m, "price").Refusals.Single().Code.ShouldBe("AMOUNT_TOO_FINE");
        Currency.Find("KWD")!.MinorOf(1e18m, "price").Refusals.Single().Code.ShouldBe("AMOUNT_TOO_LARGE");
        Currency.All.Count.ShouldBe(165);
        Currency.All.ShouldAllBe(currency => currency.MinorDigits >= 0 && currency.MinorDigits <= 4);
    }

    [Theory]
    [Requirement("A153")]
    [InlineData(250, "0.05", 12)] // 12.5
    [InlineData(350, "0.05", 18)] // 17.5
    [InlineData(-250, "0.05", -12)]
    [InlineData(9007199254740993, "1", 9007199254740993)] // a double holds 9007199254740992 or ...994
    public void Money_is_rounded_once_half_to_even_and_never_as_a_double(long whole, string part, long expected) =>
        Currency.PartOf(whole, decimal.Parse(part, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(expected);
}
