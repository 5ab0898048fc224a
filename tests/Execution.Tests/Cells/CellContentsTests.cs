using Doseline.Execution.Domain;
using Doseline.Execution.Domain.Cells;
using Doseline.Execution.Domain.Upkeep;
using Doseline.Kernel.Decay;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Execution.Tests.Cells;

/// <summary>What is in a hot cell, from when it is clear, and what a survey shows: pure rules.</summary>
public sealed class CellContentsTests
{
    const double Limit = 1e6;
    static readonly DateTimeOffset Start = TestPlatform.Start;

    static CalibratedActivity Of(string nuclide, double bq) => CalibratedActivity.Create(nuclide, bq, Start, NuclideData.Current, "test").OrThrow();

    static CellItem Item(CellItemKind kind, params CalibratedActivity[] lines) => new($"waste-{kind}", kind, lines);

    static Equipment Cell() => new("cell", "HC-1", EquipmentClass.HotCell, "site", "room", EquipmentState.Dirty, Start.AddDays(300), null, [], Limit, null) { LastProduct = "P", LastNuclide = "Lu-177", Uncleared = true };

    static Equipment Meter() => new("meter", "SM-1", EquipmentClass.Instrument, "site", "room", EquipmentState.Clean, Start.AddDays(300), Start.AddDays(30), [], 0, null);

    static CellSurvey Survey(params double[] cpm) => new(42, 60, 0.1, [.. cpm.Select((c, i) => new CellReading($"place {i}", c, 100, 10_000))]);

    [Fact]
    [Requirement("P02")]
    public void A_cell_is_clear_by_decay_when_all_that_lies_in_it_is_down_to_the_limit()
    {
        CellContents contents = new([Item(CellItemKind.Column, Of("Lu-177", 1024e6))]);
        var clear = contents.ClearFrom(Limit, Start)!.Value;
        ((clear - Start) / TimeSpan.FromSeconds(Of("Lu-177", 1).Nuclide.HalfLifeSeconds)).ShouldBe(10, 1e-9);
        contents.ClearFrom(2e9, Start).ShouldBe(Start);
        new CellContents([]).ClearFrom(Limit, Start).ShouldBe(Start);
    }

    [Fact]
    [Requirement("P02")]
    public void The_long_lived_impurity_of_what_lies_in_it_keeps_a_cell_from_being_clear()
    {
        CellContents contents = new([Item(CellItemKind.Column, Of("Lu-177", 1e9), Of("Lu-177m", 3e6))]);
        var clear = contents.ClearFrom(Limit, Start)!.Value;
        (clear - Start).TotalDays.ShouldBeGreaterThan(160);
        contents.RemainingAt(clear).Sum(l => l.Amount.Bq).ShouldBe(Limit, 1);
    }

    [Fact]
    [Requirement("P02")]
    public void What_is_missing_is_no_contamination_and_keeps_the_computation_from_clearing()
    {
        CellContents contents = new([Item(CellItemKind.Unexplained, Of("Lu-177", 4e9))]);
        contents.RemainingAt(Start).ShouldBeEmpty();
        contents.UnexplainedAt(Start).Single().Amount.Bq.ShouldBe(4e9);
        contents.ClearFrom(Limit, Start)!.Value.ShouldBeGreaterThan(Start.AddDays(70));
        contents.Portable.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("P02")]
    public void However_much_lies_in_a_cell_it_is_at_the_limit_when_it_becomes_clear_and_not_before() =>
        Prop.ForAll(Gen.Choose(1, 1_000_000).Three().ToArbitrary(), kbq =>
        {
            CellContents contents = new(
            [
                Item(CellItemKind.Column, Of("Lu-177", kbq.Item1 * 1e4)), Item(CellItemKind.Spill, Of("I-131", kbq.Item2 * 1e4)), Item(CellItemKind.Unexplained, Of("Lu-177", kbq.Item3 * 1e4)),
            ]);
            var clear = contents.ClearFrom(Limit, Start)!.Value;
            double Most(DateTimeOffset at) => Math.Max(contents.RemainingAt(at).Sum(l => l.Amount.Bq), contents.UnexplainedAt(at).Sum(l => l.Amount.Bq));
            Most(clear).ShouldBeLessThanOrEqualTo(Limit);
            if (clear > Start) Most(clear.AddSeconds(-1)).ShouldBeGreaterThan(Limit);
        }).Holds();

    [Fact]
    [Requirement("P02")]
    public void A_reading_at_background_counts_as_the_least_that_could_be_seen()
    {
        var quiet = Survey(42, 41, 30);
        // 3 + 4.65·√42 counts in a minute.
        var least = (3 + 4.65 * Math.Sqrt(42)) / 60 / 0.1 * 100;
        quiet.MeasuredBq.ShouldBe(3 * least, 1e-6);
        quiet.DetectableBq.ShouldBe(3 * least, 1e-6);
        Survey(642).MeasuredBq.ShouldBe(600 / 60.0 / 0.1 * 100, 1e-6);
    }

    [Fact]
    [Requirement("P02")]
    public void A_survey_that_could_not_have_seen_the_limit_does_not_count()
    {
        var hasty = Survey(42) with { CountSeconds = 0.05, Efficiency = 0.001 };
        hasty.Against(Cell(), new CellContents([]), Meter(), Start).Select(r => r.Code).ShouldBe(["SURVEY_NOT_SENSITIVE"]);
        Survey(42).Against(Cell(), new CellContents([]), Meter(), Start).ShouldBeEmpty();
    }

    public static TheoryData<string, string> Refused() => new()
    {
        { "occupied", "EQUIPMENT_OCCUPIED" }, { "not a cell", "NOT_A_HOT_CELL" }, { "never used", "HOT_CELL_NOT_USED" }, { "column inside", "HOT_CELL_NOT_CLEANED_OUT" }, { "no meter", "NOT_AN_INSTRUMENT" },
        { "other site", "EQUIPMENT_AT_OTHER_SITE" }, { "broken meter", "EQUIPMENT_NOT_USABLE" }, { "uncalibrated", "EQUIPMENT_NOT_CALIBRATED" }, { "calibration over", "EQUIPMENT_NOT_CALIBRATED" },
        { "qualification over", "EQUIPMENT_NOT_QUALIFIED" }, { "no background", "NUMBER_NOT_POSITIVE" }, { "no time", "NUMBER_NOT_POSITIVE" }, { "efficiency", "EFFICIENCY_ABOVE_ONE" },
        { "no reading", "FIELD_REQUIRED" }, { "area", "AREA_TOO_SMALL" }, { "place", "FIELD_REQUIRED" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    [Requirement("P02")]
    public void A_survey_is_refused_where_cell_meter_or_figures_do_not_fit(string what, string code)
    {
        var (cell, meter, survey, contents) = (Cell(), Meter(), Survey(50), new CellContents([]));
        switch (what)
        {
            case "occupied": cell = cell with { BatchId = "batch" }; break;
            case "not a cell": cell = cell with { Class = EquipmentClass.Synthesiser }; break;
            case "never used": cell = cell with { LastNuclide = null }; break;
            case "column inside": contents = new CellContents([Item(CellItemKind.Column, Of("Lu-177", 1))]); break;
            case "no meter": meter = meter with { Class = EquipmentClass.Balance }; break;
            case "other site": meter = meter with { SiteId = "elsewhere" }; break;
            case "broken meter": meter = meter with { State = EquipmentState.OutOfService }; break;
            case "uncalibrated": meter = meter with { CalibrationDue = null }; break;
            case "calibration over": meter = meter with { CalibrationDue = Start }; break;
            case "qualification over": meter = meter with { QualificationDue = Start }; break;
            case "no background": survey = survey with { BackgroundCpm = 0 }; break;
            case "no time": survey = survey with { CountSeconds = double.NaN }; break;
            case "efficiency": survey = survey with { Efficiency = 1.01 }; break;
            case "no reading": survey = survey with { Readings = [] }; break;
            case "area": survey = survey with { Readings = [survey.Readings[0] with { StandsForCm2 = 99 }] }; break;
            case "place": survey = survey with { Readings = [survey.Readings[0] with { Place = " " }] }; break;
        }

        survey.Against(cell, contents, meter, Start).Select(r => r.Code).ShouldBe([code]);
    }

    [Theory]
    [InlineData("P", "Lu-177", 1, null)]
    [InlineData("Q", "Lu-177", 2, null)]
    [InlineData("Q", "Lu-177", 1, "CLEANING_NOT_ENOUGH")]
    [InlineData("R", "I-131", 3, null)]
    [InlineData("R", "I-131", 2, "CLEANING_NOT_ENOUGH")]
    [Requirement("P02")]
    public void What_changes_says_how_well_equipment_must_be_cleaned(string product, string nuclide, int level, string? code)
    {
        var cell = Cell() with { State = EquipmentState.Clean, Cleaning = new Cleaning(level, "SOP", Start, "person:o", "O") };
        Rules().Against(cell, product, nuclide, Start.AddHours(1)).Select(r => r.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    [Requirement("P02")]
    public void A_cleaning_lapses_at_its_instant_and_none_will_do_where_rules_are_set()
    {
        var cell = Cell() with { State = EquipmentState.Clean, Cleaning = new Cleaning(3, "SOP", Start, "person:o", "O") };
        Rules().Against(cell, "P", "Lu-177", Start.AddHours(48).AddTicks(-1)).ShouldBeEmpty();
        Rules().Against(cell, "P", "Lu-177", Start.AddHours(48)).Select(r => r.Code).ShouldBe(["CLEANING_LAPSED"]);
        Rules().Against(cell with { Cleaning = null }, "P", "Lu-177", Start).Select(r => r.Code).ShouldBe(["CLEANING_NOT_RECORDED"]);
        CleaningRules.None("site").Against(cell with { Cleaning = null }, "P", "Lu-177", Start).ShouldBeEmpty();
        Rules().Against(Meter() with { Cleaning = null }, "P", "Lu-177", Start).ShouldBeEmpty("many batches use it in turn");
    }

    static CleaningRules Rules() => new("site", [new(UseChange.SameProduct, 1), new(UseChange.OtherProduct, 2), new(UseChange.OtherNuclide, 3)], TimeSpan.FromHours(48), "site to set");
}
