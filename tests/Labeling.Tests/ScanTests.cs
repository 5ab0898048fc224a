using Doseline.Labeling.Domain;

namespace Doseline.Labeling.Tests;

/// <summary>What scanners send, as they send it: read, garbled, or a code of another kind.</summary>
public sealed class ScanTests
{
    const string Gtin = "0100614141107346";

    [Theory]
    [InlineData("]d2" + Gtin + "10LU-1\u001d21S1")]
    [InlineData("]C1" + Gtin + "10LU-1\u001d21S1")]
    [InlineData("]e0" + Gtin + "10LU-1\u001d21S1")]
    [InlineData("]Q3" + Gtin + "10LU-1\u001d21S1")]
    [InlineData("]J1" + Gtin + "10LU-1\u001d21S1")]
    [InlineData(Gtin + "10LU-1\u001d21S1")]
    [InlineData("\u001d" + Gtin + "10LU-1\u001d21S1")]
    [InlineData("]d2\u001d" + Gtin + "10LU-1\u001d21S1\r\n")]
    [InlineData("https://id.gs1.org/01/00614141107346/10/LU-1/21/S1")]
    [InlineData("]d1https://id.gs1.org/01/00614141107346/10/LU-1/21/S1")]
    [InlineData("]Q1HTTPS://ID.EXAMPLE.ORG/some/where/01/614141107346/10/LU%2D1/21/S1?linkType=gs1:pip")]
    public void The_same_is_read_whichever_way_it_was_sent(string scan) => ElementString.Text(Scan.Parse(scan).OrThrow()).ShouldBe("(01)00614141107346(10)LU-1(21)S1");

    [Fact]
    public void A_link_carries_dates_in_its_query() =>
        ElementString.Text(Scan.Parse("https://id.gs1.org/01/00614141107346/21/S1?17=261130&7003=2611301200&utm=x").OrThrow()).ShouldBe("(01)00614141107346(21)S1(17)261130(7003)2611301200");

    [Theory]
    [InlineData("")]
    [InlineData("]d2")]
    [InlineData("]d201006141411073")]
    [InlineData("]d25512")]
    [InlineData("]d27003261125")]
    [InlineData("]d210A#B")]
    [InlineData("]d210123456789012345678901")]
    [InlineData("10LU\ufffd1")]
    // A wrong check digit, a month 13, a thirtieth of February, an hour 24.
    [InlineData("0100614141107345")]
    [InlineData("]d200376104250021234560")]
    [InlineData("17261331")]
    [InlineData("17260230")]
    [InlineData("70032611252400")]
    [InlineData("70032611251260")]
    [InlineData("70032611001200")]
    [InlineData("https://id.gs1.org/01/00614141107345/21/S1")]
    [InlineData("https://id.gs1.org/01/00614141107346/99999/S1")]
    public void What_did_not_come_through_whole_is_to_be_scanned_again(string scan)
    {
        var refusal = Scan.Parse(scan).Refusals.ShouldHaveSingleItem();
        (refusal.Code, refusal.Message.Contains("again", StringComparison.Ordinal)).ShouldBe(("SCAN_UNREADABLE", true));
    }

    [Theory]
    [InlineData("]d1" + Gtin, "SYMBOLOGY_UNEXPECTED")]
    [InlineData("]A0CODE39", "SYMBOLOGY_UNEXPECTED")]
    [InlineData("LOT 4711", "SCAN_NOT_GS1")]
    [InlineData("https://example.org/vial/1", "SCAN_NOT_GS1")]
    [InlineData("https://id.gs1.org/01/00614141107346/21", "SCAN_NOT_GS1")]
    public void A_code_of_another_kind_is_said_to_be_one(string scan, string code) => Scan.Parse(scan).Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);

    [Theory]
    [InlineData("]d29999")]
    [InlineData("17260228")]
    [InlineData("17260200")]
    [InlineData("17280229")]
    [InlineData("00376104250021234569")]
    public void What_is_sound_is_taken(string scan) => Scan.Parse(scan).Accepted.ShouldBeTrue();

    [Fact]
    public void Every_wrong_digit_of_a_key_is_found()
    {
        for (var at = 2; at < Gtin.Length; at++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                if (digit == Gtin[at]) continue;
                Scan.Parse(Gtin[..at] + digit + Gtin[(at + 1)..]).Refusals.ShouldHaveSingleItem().Code.ShouldBe("SCAN_UNREADABLE");
            }
        }
    }
}
