using Doseline.Kernel.Ids;
using Doseline.Labeling.Domain.DataMatrix;
using Doseline.Labeling.Domain;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Labeling.Tests;

public sealed class DataMatrixTests
{
    const string Set82 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"%&'()*+,-./:;<=>?_";

    [Fact]
    public void Error_correction_of_the_standards_own_example_is_as_printed_there()
    {
        // ISO/IEC 16022 annex O: "123456" is 142 164 186, its correction 114 25 5 88 102.
        ReedSolomon.Protect([142, 164, 186], SymbolSize.All[0]).ShouldBe([142, 164, 186, 114, 25, 5, 88, 102]);
    }

    [Fact]
    public void Digits_go_in_pairs_and_fnc1_stands_first_and_between()
    {
        GsDataMatrix.Encode("10AB1\u001d2199").ShouldBe([232, 140, 66, 67, 50, 232, 151, 229]);
    }

    [Fact]
    [Requirement("E20")]
    public async Task Every_size_is_read_by_a_decoder_of_another_make()
    {
        await using DecoderProcess decoder = new();
        foreach (var size in SymbolSize.All)
        {
            // One codeword is FNC1; the rest are letters, one each.
            var data = string.Concat(Enumerable.Range(0, size.DataCodewords - 1).Select(i => (char)('A' + i % 26)));
            var symbol = GsDataMatrix.Draw(data);
            symbol.GetLength(0).ShouldBe(size.Modules);
            var read = await decoder.ReadAsync(Pictures.Png(symbol));
            read.ShouldNotBeNull($"{size.Modules} modules");
            read.Text.ShouldBe(data);
            read.Symbology.ShouldBe("]d2");
        }
    }

    [Fact]
    [Requirement("E20")]
    public async Task Any_element_string_comes_back_from_the_decoder_and_parses_into_itself()
    {
        await using DecoderProcess decoder = new();
        var value = Gen.Elements(Set82.ToCharArray()).NonEmptyListOf().Select(c => new string([.. c.Take(20)]));
        var digits = Gen.Choose(0, 9).ArrayOf(13).Select(d => string.Concat(d)).Select(d => d + Gtin.CheckDigit(d));
        var elements = from gtin in digits
                       from batch in value
                       from serial in value
                       from expiry in Times
                       select new[] { new Element("01", gtin), new Element("7003", expiry), new Element("10", batch), new Element("21", serial) };
        foreach (var sample in elements.Sample(60, 20))
        {
            var data = ElementString.Data(sample);
            var read = (await decoder.ReadAsync(Pictures.Png(GsDataMatrix.Draw(data)))).ShouldNotBeNull();
            Scan.Parse(read.Symbology + read.Text).OrThrow().ShouldBe(sample);
        }
    }

    [Fact]
    public void Element_strings_parse_into_themselves()
    {
        var value = Gen.Elements(Set82.ToCharArray()).NonEmptyListOf().Select(c => new string([.. c.Take(20)]));
        var element = Gen.OneOf(
            value.Select(v => new Element("10", v)), value.Select(v => new Element("21", v)), value.Select(v => new Element("91", v)),
            Times.Select(t => new Element("7003", t)), Times.Select(t => new Element("17", t[..6])),
            Gen.Choose(0, 9).ArrayOf(13).Select(d => string.Concat(d)).Select(d => new Element("01", d + Gtin.CheckDigit(d))));
        Prop.ForAll(element.NonEmptyListOf().ToArbitrary(), elements => Scan.Parse("]d2" + ElementString.Data([.. elements])).OrThrow().SequenceEqual(elements))
            .Holds();
    }

    static Gen<string> Times => Gen.Choose(0, 2_000_000).Select(m => new DateTime(2020, 1, 1).AddMinutes(m).ToString("yyMMddHHmm", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Seven_thousand_and_three_needs_a_separator_although_its_length_is_fixed()
    {
        ElementString.Data([new("01", "00614141107346"), new("7003", "2611251200"), new("10", "LU2611A"), new("21", "1")])
            .ShouldBe("010061414110734670032611251200\u001d10LU2611A\u001d211");
    }
}
