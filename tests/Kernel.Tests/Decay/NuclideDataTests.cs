using System.Security.Cryptography;
using Doseline.Kernel.Decay;

namespace Doseline.Kernel.Tests.Decay;

public sealed class NuclideDataTests
{
    [Theory]
    [InlineData("nubase2020-1", "c8408b0452b0230a5f4668c55faf211411e1ad8b738beb6bd1af81e437d19d0a")]
    public void A_version_in_use_never_changes(string version, string sha256)
    {
        using var table = typeof(NuclideData).Assembly.GetManifestResourceStream($"decay/{version}.csv")!;
        Convert.ToHexStringLower(SHA256.HashData(table)).ShouldBe(sha256, "Stored activities name this version: publish a correction as a new one.");
    }

    [Fact]
    public void A_nuclide_without_a_row_of_its_own_has_the_default_of_the_table_and_never_none()
    {
        // 10 CFR 20 Appendix C: 0.001 uCi for alpha emitters it does not list, 0.01 uCi for any other.
        NuclideData.Current.LabelQuantityMicroCi("Lu-177").ShouldBe(new ListedValue(100, IsDefault: false));
        NuclideData.Current.LabelQuantityMicroCi("Po-213").ShouldBe(new ListedValue(0.001, IsDefault: true));
        NuclideData.Current.LabelQuantityMicroCi("N-13").ShouldBe(new ListedValue(0.01, IsDefault: true));
        foreach (var nuclide in NuclideData.Current.All.Where(nuclide => !nuclide.IsStable))
            NuclideData.Current.LabelQuantityMicroCi(nuclide.Symbol).Value.ShouldBeGreaterThan(0, nuclide.Symbol);
    }

    [Theory]
    [InlineData("Ac-225", true)]
    [InlineData("Ra-223", true)]
    [InlineData("Pb-212", true)] // by what follows it
    [InlineData("At-211", true)]
    [InlineData("Lu-177", false)]
    [InlineData("Lu-177m", false)]
    [InlineData("In-111", false)] // ends in an isomer that is not followed, and is too light
    [InlineData("Mo-99", false)]
    public void Alpha_emitters_are_found_by_their_decay_scheme(string symbol, bool alpha) => NuclideData.Current.MayEmitAlpha(symbol).ShouldBe(alpha);

    [Fact]
    public void Every_nuclide_that_10_cfr_37_lists_has_its_category_thresholds()
    {
        // Appendix A has no default: what it does not list has no category, so no row of it may be missing here.
        string[] listed = ["Am-241", "Cf-252", "Cm-244", "Co-60", "Cs-137", "Gd-153", "Ir-192", "Pm-147", "Pu-238", "Pu-239", "Ra-226", "Se-75", "Sr-90", "Tm-170", "Yb-169"];
        NuclideData.Current.All.Where(nuclide => listed.Contains(nuclide.Symbol, StringComparer.Ordinal) && nuclide is not { Category1Tbq: > 0, Category2Tbq: > 0 })
            .Select(nuclide => nuclide.Symbol).ShouldBeEmpty();
    }

    [Fact]
    public void Versions_are_found_by_name()
    {
        NuclideData.Versions.ShouldBe(["nubase2020-1"]);
        NuclideData.ForVersion("nubase2020-1").ShouldBeSameAs(NuclideData.Current);
        NuclideData.ForVersion("nubase2016").ShouldBeNull();
        NuclideData.ForVersion(null).ShouldBeNull();
    }

    // NUBASE2020: Chin. Phys. C 45 (2021) 030001.
    [Theory]
    [InlineData("Lu-177", "6.6443 ± 0.0009 d", 574067.52, 77.76)]
    [InlineData("Lu-177m", "160.4 ± 0.3 d", 13858560, 25920)]
    [InlineData("Ac-225", "9.9190 ± 0.0021 d", 857001.6, 181.44)]
    [InlineData("Po-213", "3.705 ± 0.001 us", 3.705e-6, 1e-9)]
    [InlineData("Po-212", "294.4 ± 0.8 ns", 294.4e-9, 0.8e-9)]
    [InlineData("F-18", "109.734 ± 0.008 m", 6584.04, 0.48)]
    [InlineData("Ac-227", "21.772 ± 0.003 y", 687057394.61376, 94670.77824)]
    [InlineData("Th-229", "7.916 ± 0.017 ky", 249804626849.28, 536467743.36)]
    public void Half_lives_are_those_of_the_evaluation(string symbol, string printed, double seconds, double uncertainty)
    {
        var nuclide = NuclideData.Current.Find(symbol)!;
        nuclide.HalfLife!.ToString().ShouldBe(printed);
        nuclide.HalfLifeSeconds.ShouldBe(seconds);
        nuclide.HalfLifeUncertaintySeconds!.Value.ShouldAgree(uncertainty);
        nuclide.LambdaPerSecond.ShouldAgree(Math.Log(2) / seconds);
    }

    [Fact]
    public void Every_half_life_has_an_uncertainty_and_a_source()
    {
        foreach (var nuclide in NuclideData.Current.All.Where(nuclide => !nuclide.IsStable))
        {
            nuclide.HalfLifeUncertaintySeconds!.Value.ShouldBeInRange(double.Epsilon, nuclide.HalfLifeSeconds * 0.05, nuclide.Symbol);
            nuclide.Sources.Any(source => source is { Values: "half_life", Trust: "read" } && source.Source.StartsWith("NUBASE2020", StringComparison.Ordinal)).ShouldBeTrue(nuclide.Symbol);
            nuclide.Branches.ShouldNotBeEmpty(nuclide.Symbol);
            nuclide.Branches.Sum(branch => branch.Fraction).ShouldBeInRange(0.9998, 1 + 1e-15, nuclide.Symbol);
            nuclide.Sources.Any(source => source.Values is "branches").ShouldBeTrue(nuclide.Symbol);
            (nuclide.A2Tbq is null).ShouldBe(nuclide.Sources.All(source => source.Values is not "transport"), nuclide.Symbol);
        }
    }

    [Fact]
    public void Every_chain_can_be_walked()
    {
        foreach (var nuclide in NuclideData.Current.All)
        {
            var chain = NuclideData.Current.ChainOf(nuclide.Symbol);
            chain.Members[0].ShouldBeSameAs(nuclide);
            (chain.Members[^1].IsStable || chain.NotFollowed.Count > 0).ShouldBeTrue(nuclide.Symbol);
        }
    }

    [Fact]
    public void Transport_values_keep_their_footnotes_and_their_trust()
    {
        var terbium = NuclideData.Current.Find("Tb-161")!;
        terbium.A2Tbq.ShouldBe(0.7);
        terbium.Sources.Single(source => source.Values is "transport").Trust.ShouldContain("not found in the 49 CFR");
        var radium = NuclideData.Current.Find("Ra-223")!;
        (radium.A1Tbq, radium.A2Tbq, radium.TableFootnotes, radium.ExemptConcentrationBqPerGram, radium.ExemptConsignmentBq)
            .ShouldBe((0.4, 0.007, "(a) (b)", 100, 1e5));
        NuclideData.Current.Find("Zr-89")!.A2Tbq.ShouldBeNull();
        var actinium = NuclideData.Current.Find("Ac-227")!;
        (actinium.ExemptConcentrationBqPerGram, actinium.ExemptConsignmentBq).ShouldBe((0.1, 1e3));
        NuclideData.Current.Find("Sr-90")!.Sources.Single(source => source.Values is "category").Trust.ShouldBe("recalled");
    }

    [Theory]
    [InlineData("A,radioactive,,1,d,,,,A:1.0", typeof(ArgumentException))]
    [InlineData("A,radioactive,,1,d,,,,B:1.0", typeof(FormatException))]
    [InlineData("A,radioactive,,0,d,,,,", typeof(FormatException))]
    [InlineData("A,radioactive,,1,weeks,,,,", typeof(FormatException))]
    [InlineData("A,somehow,,1,d,,,,", typeof(FormatException))]
    [InlineData("A,stable,,,,,,,\nA,stable,,,,,,,", typeof(FormatException))]
    [InlineData("A,stable", typeof(FormatException))]
    public void Damaged_tables_are_refused(string rows, Type exception)
    {
        string[] columns = [.. CheckData.Read("check_nuclides.csv").Split('\n')[0].Split(',')];
        var padded = rows.Split('\n').Select(row => row.Split(',').Length == 2 ? row : row + new string(',', columns.Length - row.Split(',').Length));
        Should.Throw(() => NuclideTable.Read("damaged", string.Join(',', columns) + "\n" + string.Join('\n', padded)).ChainOf("A"), exception);
    }
}
