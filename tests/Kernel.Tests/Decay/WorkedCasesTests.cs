using System.Globalization;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Decay;

/// <summary>Worked cases whose figures stand only in the notes beside decay_tests.csv.</summary>
public sealed class WorkedCasesTests
{
    const double Hour = 3600, Day = 86400;

    // Label of Xofigo (US), days −14 to +14, as printed.
    const string LabelTable =
        "2.296 2.161 2.034 1.914 1.802 1.696 1.596 1.502 1.414 1.330 1.252 1.178 1.109 1.044 0.982 "
        + "0.925 0.870 0.819 0.771 0.725 0.683 0.643 0.605 0.569 0.536 0.504 0.475 0.447 0.420";

    [Fact]
    public void Xofigo_label_table_comes_out_exactly()
    {
        var printed = LabelTable.Split(' ');
        printed.Length.ShouldBe(29);
        Enumerable.Range(-14, 29).Select(day => XofigoLabel.Factor(day).ToString("F3", CultureInfo.InvariantCulture)).ShouldBe(printed);
    }

    [Fact]
    public void Xofigo_label_volume_follows_the_printed_factor()
    {
        var factor = Math.Round(XofigoLabel.Factor(3), 3, MidpointRounding.ToEven);
        (73.6 * 55 / (factor * 1100)).ToString("F3", CultureInfo.InvariantCulture).ShouldBe("4.493");
    }

    [Theory]
    [Requirement("E09")]
    [InlineData("Ac-225", "Bi-213", 1000, 2735.4, "439.458360397")]
    [InlineData("Ac-225", "Bi-213", 1000, 18000, "977.267582367")]
    [InlineData("Ac-225", "Bi-213", 1000, 864000, "501.698558777")]
    [InlineData("Ac-225", "Pb-209", 1000, 86400, "940.910869427")]
    [InlineData("Ra-223", "Bi-211", 1000, 7200, "890.710012269")]
    [InlineData("Ra-223", "Po-211", 1000, 7200, "2.45829098492")]
    [InlineData("Pb-212", "Tl-208", 100, 14400, "28.0645330246")]
    [InlineData("Ra-224", "Pb-212", 1000, 21600, "314.577630634")]
    [InlineData("Ra-224", "Pb-212", 1000, 86400, "703.067040840")]
    [InlineData("Ra-224", "Pb-212", 1000, 172800, "729.243325996")]
    [InlineData("Ge-68", "Ga-68", 1850, 14400, "1690.95622594")]
    [InlineData("Ge-68", "Ga-68", 1850, 28800, "1835.15365762")]
    [InlineData("At-211", "Bi-207", 1e9, 86400, "9413.57690023")]
    [InlineData("I-131", "I-131", 18500, 864000, "7795.70443361")]
    [InlineData("I-131", "Xe-131m", 18500, 864000, "61.8926226473")]
    [InlineData("Sr-90", "Y-90", 1000, 604800, "837.185580943")]
    public void Members_grow_in_as_printed(string parent, string member, double amount, double seconds, string printed) =>
        CheckData.Grown(parent, seconds, amount)[member].Bq.ShouldPrint(printed);

    [Fact]
    public void A_minute_after_thorium_nothing_cancels() =>
        CheckData.WithoutThallium.ChainOf("Th-229").Evaluate(new Activity(1e6), TimeSpan.FromMinutes(1)).OrThrow()["Pb-209"].Bq.ShouldPrint("9.3997e-11");

    [Theory]
    [InlineData("Mo-99", "Tc-99m", 100, "22.8646151960", "68.9868543765", "0.965359399249")]
    [InlineData("Ge-68", "Ga-68", 1850, "14.1001642716", null, "1.00017357075")]
    [InlineData("Pb-212", "Bi-212", 100, "3.78876343773", "78.1280878673", "1.10478497880")]
    [InlineData("Ra-224", "Pb-212", 1000, "36.8910840006", "747.566528662", null)]
    [InlineData("Ra-225", "Ac-225", 1000, "419.8605907", "443.158043050", null)]
    [InlineData("At-211", "Bi-207", 1e9, null, null, "none")]
    [InlineData("I-131", "Xe-131m", 1e9, null, null, "none")]
    public void Daughters_peak_and_settle_as_printed(string parent, string member, double amount, string? hours, string? highest, string? ratio)
    {
        var chain = CheckData.Nuclides.ChainOf(parent);
        var seconds = chain.SecondsToMaximum(member)!.Value;
        if (hours is not null) (seconds / Hour).ShouldAgree(double.Parse(hours, CultureInfo.InvariantCulture), 1e-10);
        if (highest is not null) CheckData.Grown(parent, seconds, amount)[member].Bq.ShouldPrint(highest);
        if (ratio is "none") chain.EquilibriumRatio(member).ShouldBeNull();
        else if (ratio is not null) chain.EquilibriumRatio(member)!.Value.ShouldPrint(ratio);
    }

    [Fact]
    public void Actinium_can_be_measured_by_its_bismuth_after_five_hours() =>
        (CheckData.Nuclides.ChainOf("Ac-225").SecondsToEquilibrium("Bi-213", 0.99)!.Value / Hour).ShouldAgree(5.18893668628, 1e-11);

    [Theory]
    [Requirement("E10")]
    [InlineData(66.47, "404.196179640", "60.0264564531")]
    [InlineData(120, "12.2530498735", "47.6299925878")]
    public void Carrier_added_lutetium_ends_as_its_long_lived_impurity(double days, string lutetium, string isomer)
    {
        var mixture = DecayTestRowsTests.CarrierAdded(days * Day);
        mixture["Lu-177"].In(ActivityUnit.MBq).ShouldPrint(lutetium);
        mixture["Lu-177m"].In(ActivityUnit.MBq).ShouldPrint(isomer);
    }

    [Theory]
    [InlineData("F-18", "0.684632919572")]
    [InlineData("Tc-99m", "0.891155415104")]
    [InlineData("Pb-212", "0.936931212705")]
    [InlineData("Lu-177", "0.995664438210")]
    public void A_doubled_hour_misread_costs(string symbol, string factor) =>
        CheckData.Nuclides.Find(symbol)!.DecayFactor(TimeSpan.FromHours(1)).ShouldPrint(factor);

    [Fact]
    [Requirement("A062")]
    public void A_dose_for_Pacific_noon_filled_in_the_East_takes_the_real_hours()
    {
        var needed = Zones.Resolve(new DateTime(2026, 10, 15, 13, 0, 0), "America/Los_Angeles", null, "t").OrThrow().Instant;
        var fill = Zones.Resolve(new DateTime(2026, 10, 13, 4, 30, 0), "America/New_York", null, "t").OrThrow().Instant;
        (needed - fill).TotalHours.ShouldBe(59.5);
        CalibratedActivity.Create("Lu-177", 7.4e9, needed, CheckData.Nuclides, "dose").OrThrow()
            .At(fill).In(ActivityUnit.GBq).ShouldPrint("9.58315396714");
    }

    [Theory]
    [InlineData(8.88, "-41.9613526939")]
    [InlineData(5.92, "51.3565451212")]
    public void Twenty_per_cent_of_a_lutetium_dose_is_a_window(double gigabecquerel, string hours)
    {
        var reference = DateTimeOffset.UnixEpoch.AddYears(57);
        var dose = CalibratedActivity.Create("Lu-177", 7.4e9, reference, CheckData.Nuclides, "dose").OrThrow();
        (dose.TimeUntil(Activity.From(gigabecquerel, ActivityUnit.GBq))!.Value - reference).TotalHours.ShouldPrint(hours);
    }

    [Theory]
    [InlineData(0, "0.200000000000")]
    [InlineData(30, "0.0540796147225")]
    public void Transport_fractions_of_actinium_and_its_impurity_add_up(double days, string printed)
    {
        // A2 of SSR-6: Ac-225 0.006 TBq, Ac-227 9e-5 TBq.
        var span = TimeSpan.FromDays(days);
        double Left(string symbol, double bq) => new Activity(bq).After(span, CheckData.Nuclides.Find(symbol)!).In(ActivityUnit.TBq);
        new SumOfFractions([
            new("Ac-225", Left("Ac-225", 1e9), NuclideData.Current.Find("Ac-225")!.A2Tbq!.Value),
            new("Ac-227", Left("Ac-227", 3e6), NuclideData.Current.Find("Ac-227")!.A2Tbq!.Value),
        ]).Sum.ShouldPrint(printed);
    }
}
