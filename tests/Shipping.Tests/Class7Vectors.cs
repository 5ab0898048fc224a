using Doseline.Kernel.Decay;
using Doseline.Shipping.Domain.Class7;
using Doseline.Testing;

namespace Doseline.Shipping.Tests;

/// <summary>Every worked vector of the Class 7 fact base, sections 1 to 4.</summary>
public sealed class Class7Vectors
{
    static readonly DateTimeOffset Offer = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    static readonly Class7Data Data = Class7Data.Current;

    static CalibratedActivity Of(string nuclide, double bq) => CalibratedActivity.Create(nuclide, bq, Offer, NuclideData.Current, "test").OrThrow();

    static PackageFacts Facts(Phase phase, long surface, long meter, double? grams, params CalibratedActivity[] measured) => new()
    {
        Measured = measured,
        Form = new MaterialForm(phase),
        MassGrams = grams,
        Rates = new DoseRates(surface, meter),
        IsClean = true,
        Packaging = PackagingClass.TypeA,
        Offer = Offer,
        Delivery = Offer,
    };

    [Theory]
    [Requirement("E11")]
    [InlineData(10e6, false)]      // equality does not exceed
    [InlineData(10.1e6, true)]
    public void Lu_177_in_two_grams_is_class_7_only_above_its_exempt_consignment(double bq, bool isClass7) =>
        MixtureRules.IsClass7(Contents.At([Of("Lu-177", bq)], Offer, Data).Amounts, 2, Data).ShouldBe(isClass7);

    [Fact]
    [Requirement("E11")]
    public void Being_under_either_exemption_takes_material_out_of_class_7()
    {
        // 20 MBq exceed 1e7 Bq, but in 30 kg the concentration of 667 Bq/g does not exceed 1e3 Bq/g.
        var amounts = Contents.At([Of("Lu-177", 20e6)], Offer, Data).Amounts;
        MixtureRules.IsClass7(amounts, 30_000, Data).ShouldBeFalse();
        MixtureRules.IsClass7(amounts, 3_000, Data).ShouldBeTrue();
        MixtureRules.IsClass7(amounts, null, Data).ShouldBeTrue("an unweighed mass must not exempt anything");
    }

    [Theory]
    [Requirement("E11")]
    [InlineData("Lu-177", 7.4e9, Phase.Liquid, "UN2915", 0.01057)]
    [InlineData("Lu-177", 400e9, Phase.Liquid, "UN2915", 0.571)]
    [InlineData("Lu-177", 701e9, Phase.Liquid, "UN2916", 1.0014)]
    [InlineData("Ac-225", 8e6, Phase.Liquid, "UN2915", 0.00133)]
    [InlineData("Ra-223", 6.6e6, Phase.Liquid, "UN2915", 9.43e-4)]
    [InlineData("Pb-212", 100e6, Phase.Liquid, "UN2915", 5.0e-4)]
    [InlineData("I-131", 18.5e9, Phase.Liquid, "UN2915", 0.0264)]
    [InlineData("I-131", 600e6, Phase.Solid, "UN2915", 8.571e-4)]
    [InlineData("F-18", 50e6, Phase.Liquid, "UN2915", 8.333e-5)]
    [InlineData("Zr-89", 37e6, Phase.Liquid, "UN2915", 0.00185)]
    public void Packages_above_five_microsieverts_are_type_a_until_they_exceed_a2(string nuclide, double bq, Phase phase, string un, double fraction)
    {
        var result = Classifier.Classify(Facts(phase, 20_000, 1_000, null, Of(nuclide, bq)), Data).OrThrow();
        result.UnNumber.ShouldBe(un);
        result.TypeAFraction.ShouldBe(fraction, fraction * 0.005);
        result.Class7DataVersion.ShouldBe("us-49cfr-2");
        result.RuleIds.ShouldNotBeEmpty();
    }

    [Theory]
    [Requirement("E11")]
    [InlineData("Lu-177", 70e6, Phase.Liquid, "UN2910")]
    [InlineData("Lu-177", 70.1e6, Phase.Liquid, "UN2915")]
    [InlineData("Ac-225", 0.6e6, Phase.Liquid, "UN2910")]
    [InlineData("Ac-225", 0.61e6, Phase.Liquid, "UN2915")]
    [InlineData("Ra-223", 0.7e6, Phase.Liquid, "UN2910")]
    [InlineData("Pb-212", 20e6, Phase.Liquid, "UN2910")]
    [InlineData("I-131", 70e6, Phase.Liquid, "UN2910")]
    [InlineData("I-131", 600e6, Phase.Solid, "UN2910")]
    [InlineData("I-131", 701e6, Phase.Solid, "UN2915")]
    [InlineData("F-18", 50e6, Phase.Liquid, "UN2910")]
    [InlineData("Zr-89", 2e6, Phase.Liquid, "UN2910")]
    [InlineData("Zr-89", 2.1e6, Phase.Liquid, "UN2915")]
    public void Limited_quantity_ends_at_its_table_4_limit_when_the_surface_is_low(string nuclide, double bq, Phase phase, string un)
    {
        var result = Classifier.Classify(Facts(phase, 5_000, 0, null, Of(nuclide, bq)), Data).OrThrow();
        result.UnNumber.ShouldBe(un);
        if (un == "UN2910") result.Category.ShouldBe(Category.None);
    }

    [Fact]
    [Requirement("E11")]
    public void Limited_quantity_needs_a_low_surface_dose_rate_and_a_clean_outside()
    {
        var facts = Facts(Phase.Liquid, 5_000, 0, null, Of("F-18", 50e6));
        Classifier.Classify(facts, Data).OrThrow().UnNumber.ShouldBe("UN2910");
        Classifier.Classify(facts with { Rates = new DoseRates(5_001, 0) }, Data).OrThrow().UnNumber.ShouldBe("UN2915");
        Classifier.Classify(facts with { IsClean = false }, Data).OrThrow().UnNumber.ShouldBe("UN2915");
    }

    [Fact]
    [Requirement("E11")]
    public void Ac_225_with_ac_227_is_type_a_by_the_sum_and_names_both()
    {
        var result = Classifier.Classify(Facts(Phase.Liquid, 20_000, 1_000, null, Of("Ac-225", 1e9), Of("Ac-227", 7e6)), Data).OrThrow();
        result.TypeAFraction.ShouldBe(0.24444, 0.00001);
        result.UnNumber.ShouldBe("UN2915");
        result.PrintedNuclides.ShouldBe(["Ac-225", "Ac-227"]);
        (7e6 / 9e7 / result.TypeAFraction).ShouldBe(0.318, 0.001);
    }

    [Fact]
    public void A_nuclide_within_the_last_five_percent_of_the_sum_is_not_printed()
    {
        var amounts = Contents.At([Of("Lu-177", 7.4e9), Of("Lu-177m", 5e6)], Offer, Data).Amounts;
        MixtureRules.Printed(amounts, false, Data).ShouldBe(["Lu-177"]);
    }

    [Fact]
    [Requirement("E11")]
    public void Mixture_value_is_the_reciprocal_of_the_weighted_sum()
    {
        var amounts = Contents.At([Of("Ac-225", 1e9), Of("Ac-227", 7e6)], Offer, Data).Amounts;
        MixtureRules.MixtureA(amounts, false, Data).ShouldBe(1.007e9 / (1e9 / 6e9 + 7e6 / 9e7), 1);
    }

    [Theory]
    [Requirement("E11")]
    [InlineData("Ac-225", "Bi-213", 1e9, 1.0e9, 1)]
    [InlineData("Pb-212", "Bi-212", 1e8, 1.1e8, 1)]      // transient equilibrium: the daughter stands above its parent
    [InlineData("Ac-225", "Bi-213", 1e6, 1e9, 2)]        // more daughter than its parent can hold is a nuclide of its own
    [InlineData("Mo-99", "Tc-99m", 1e9, 0.96e9, 1)]
    [InlineData("Th-227", "Ra-223", 1e6, 1e5, 2)]        // Ra-223 lives longer than 10 d
    [InlineData("At-211", "Bi-207", 1e9, 1e4, 2)]        // Bi-207 lives longer than its parent
    [InlineData("Lu-177m", "Lu-177", 1e6, 1e5, 2)]
    [InlineData("Ra-225", "Ac-225", 1e6, 1e6, 1)]        // on the border of 10 d: the table's footnote settles it
    public void A_chain_counts_as_one_nuclide_only_where_master_data_says_so(string parent, string daughter, double parentBq, double daughterBq, int counted) =>
        Contents.At([Of(parent, parentBq), Of(daughter, daughterBq)], Offer, Data).Amounts.Count.ShouldBe(counted);

    [Fact]
    public void A_separate_daughter_that_was_not_measured_grows_from_the_reference_on()
    {
        var later = Contents.At([Of("Th-227", 1e6)], Offer.AddDays(3), Data);
        later.Amounts.Select(amount => amount.Nuclide.Symbol).ShouldBe(["Th-227", "Ra-223"]);
        later.Amounts[1].Bq.ShouldBeInRange(1e5, 2e5);
        later.RuleIds.ShouldContain(rule => rule == "173.433(c)(2):Th-227+Ra-223");
    }

    [Theory]
    [InlineData("Zr-89", 0.1, 0.02, 10, 1e4)]
    [InlineData("Lu-177m", 0.1, 0.02, 10, 1e4)]
    [InlineData("O-15", 0.1, 0.02, 10, 1e4)]
    [InlineData("Ac-226", 0.2, 9e-5, 0.1, 1e3)]
    public void Nuclides_the_regulations_do_not_list_get_default_values(string nuclide, double a1, double a2, double concentration, double consignment)
    {
        var values = MixtureRules.ValuesOf(NuclideData.Current.Find(nuclide)!, Data);
        values.ShouldBe(new TransportValues(a1, a2, concentration, consignment, IsDefault: true));
        Classifier.Classify(Facts(Phase.Liquid, 20_000, 0, null, Of(nuclide, 1e7)), Data).OrThrow().Notes.ShouldContain(note => note == $"DEFAULT_VALUES:{nuclide}");
    }

    [Fact]
    public void A_nuclide_of_which_nothing_is_known_gets_the_strictest_values() =>
        Data.DefaultsFor(Emission.Unknown).ShouldBe(new TransportValues(0.001, 9e-5, 0.1, 1e3, IsDefault: true));

    [Theory]
    [InlineData(0.36e9, false)]
    [InlineData(0.37e9, true)]
    [InlineData(18.5e9, true)]
    public void Any_i_131_parcel_from_370_megabecquerels_carries_rq(double bq, bool rq)
    {
        var result = Classifier.Classify(Facts(Phase.Liquid, 20_000, 1_000, null, Of("I-131", bq)), Data).OrThrow();
        result.IsReportableQuantity.ShouldBe(rq);
    }

    // 49 CFR 172.101 Appendix A Table 2: 1 Ci for a radionuclide the table does not list.
    [Theory]
    [InlineData("Tb-161", 36.9e9, false)]
    [InlineData("Tb-161", 37e9, true)]
    [InlineData("Re-188", 37e9, true)]
    public void A_nuclide_without_a_row_has_the_reportable_quantity_of_the_table_and_not_none(string nuclide, double bq, bool rq)
    {
        var result = Classifier.Classify(Facts(Phase.Liquid, 20_000, 1_000, null, Of(nuclide, bq)), Data).OrThrow();
        result.IsReportableQuantity.ShouldBe(rq);
        result.Notes.ShouldContain($"RQ_DEFAULT:{nuclide}");
    }

    [Fact]
    public void No_table_is_silent_about_a_nuclide_in_a_way_that_means_no_duty()
    {
        foreach (var nuclide in NuclideData.Current.All.Where(nuclide => !nuclide.IsStable))
        {
            Data.ReportableQuantity(nuclide.Symbol).Bq.ShouldBeGreaterThan(0, nuclide.Symbol);
            var values = MixtureRules.ValuesOf(nuclide, Data);
            new[] { values.A1Tbq, values.A2Tbq, values.ExemptBqPerGram, values.ExemptBq }.ShouldAllBe(value => value > 0, nuclide.Symbol);
            // An alpha wipe is left out only where it is known that there is no alpha.
            Data.MayEmitAlpha(nuclide.Symbol).ShouldBe(Data.EmissionOfNuclide(nuclide.Symbol) is Emission.Alpha
                || (Data.EmissionOfNuclide(nuclide.Symbol) is Emission.Unknown && NuclideData.Current.MayEmitAlpha(nuclide.Symbol)), nuclide.Symbol);
        }

        Data.MayEmitAlpha("Xx-300").ShouldBeTrue();
    }

    [Fact]
    public void Values_that_were_never_verified_are_named_on_the_classification() =>
        Classifier.Classify(Facts(Phase.Liquid, 20_000, 1_000, null, Of("Lu-177", 7.4e9)), Data).OrThrow().Notes.ShouldContain(note => note == "RQ_NOT_VERIFIED:Lu-177");

    [Fact]
    public void Special_form_instruments_and_empty_packagings_have_their_own_numbers()
    {
        var facts = Facts(Phase.Solid, 5_000, 0, null, Of("Ge-68", 5e9));
        Classifier.Classify(facts with { Form = new MaterialForm(Phase.Solid, IsSpecialForm: true) }, Data).OrThrow().UnNumber.ShouldBe("UN3332");
        Classifier.Classify(facts with { Kind = OfferKind.Instrument, InstrumentEachFraction = 0.01, InstrumentTenCentimeterNsvPerHour = 100_000 }, Data).OrThrow().UnNumber.ShouldBe("UN2911");
        Classifier.Classify(facts with { Kind = OfferKind.Instrument, InstrumentEachFraction = 0.01, InstrumentTenCentimeterNsvPerHour = 100_001 }, Data).OrThrow().UnNumber.ShouldBe("UN2915");
        Classifier.Classify(facts with { Kind = OfferKind.EmptyPackaging, IsEmptyInside = true }, Data).OrThrow().UnNumber.ShouldBe("UN2908");
    }

    [Theory]
    [InlineData(false, 400, true)]
    [InlineData(false, 401, false)]
    [InlineData(true, 40, true)]
    [InlineData(true, 41, false)]
    public void An_empty_packaging_may_hold_a_hundred_times_the_outside_limit(bool alpha, double bqPerCm2, bool empty) =>
        ContaminationRules.InsideIsEmpty(new WipeReading { IsAlpha = alpha, NetCountsPerMinute = bqPerCm2 * 60 * 300 * 0.1 * 0.5, CounterEfficiency = 0.5, AreaCm2 = 300, WipeEfficiency = 0.1 }, Data).ShouldBe(empty);

    [Fact]
    public void Wipes_are_compared_with_four_and_four_tenths()
    {
        WipeReading Wipe(bool alpha, double cpm) => new() { IsAlpha = alpha, NetCountsPerMinute = cpm, CounterEfficiency = 0.25, AreaCm2 = 300, WipeEfficiency = 0.1 };
        // 240 dpm/cm² is 4 Bq/cm²: 240 × 0.25 × 300 × 0.1 = 1800 cpm.
        Wipe(false, 1800).BqPerCm2.ShouldBe(4, 1e-9);
        ContaminationRules.Findings([Wipe(false, 1799)], false, Data).ShouldBeEmpty();
        ContaminationRules.Findings([Wipe(false, 1801)], false, Data).Select(f => f.Code).ShouldBe(["CONTAMINATION_ABOVE_LIMIT"]);
        ContaminationRules.Findings([Wipe(false, 0), Wipe(true, 181)], true, Data).Select(f => f.Code).ShouldBe(["CONTAMINATION_ABOVE_LIMIT"]);
        ContaminationRules.Findings([Wipe(false, 0)], true, Data).Select(f => f.Code).ShouldBe(["WIPE_MISSING"]);
    }
}
