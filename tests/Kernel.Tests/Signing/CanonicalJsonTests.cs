using System.Globalization;
using System.Text.Json;
using Doseline.Kernel.Signing;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Signing;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void The_example_of_the_rfc_has_the_form_printed_there()
    {
        // RFC 8785 sections 3.2.2 to 3.2.4.
        const string input = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;
        CanonicalJson.Of(input).ShouldBe(
            """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""");
    }

    [Fact]
    public void Names_are_ordered_by_utf_16_code_units_as_in_the_rfc()
    {
        // RFC 8785 section 3.2.3.
        const string input = """
            {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
             "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
            """;
        using var document = JsonDocument.Parse(CanonicalJson.Of(input));
        document.RootElement.EnumerateObject().Select(m => m.Value.GetString()).ShouldBe(
            ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"]);
    }

    // RFC 8785 appendix B: the bits of a double and how it is written.
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_in_the_rfc(ulong bits, string text) => CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)).ShouldBe(text);

    [Fact]
    public void Every_number_reads_back_as_itself() => Prop.ForAll(
        ArbMap.Default.ArbFor<NormalFloat>(),
        n => double.Parse(CanonicalJson.Number(n.Get), CultureInfo.InvariantCulture) == n.Get).Holds();

    [Fact]
    public void A_canonical_text_is_its_own_canonical_text()
    {
        var once = CanonicalJson.Of("""{"b": [1.50, {"z": "\u00e4", "a": null}], "a": -0.0}""");
        once.ShouldBe("""{"a":0,"b":[1.5,{"a":null,"z":"ä"}]}""");
        CanonicalJson.Of(once).ShouldBe(once);
    }

    [Theory]
    [InlineData("""{"a": 1, "a": 2}""")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{")]
    [InlineData("1e400")]
    public void What_two_readers_could_read_in_two_ways_has_no_canonical_form(string json) => Should.Throw<FormatException>(() => CanonicalJson.Of(json));
}
