using Doseline.Kernel.Rules;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Rules;

public sealed class InstrumentRulesTests
{
    static readonly DateTimeOffset Read = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    static readonly InstrumentState Fit = new("i", "HPLC-2", InstrumentKind.Instrument, "bos", true, Read.AddTicks(1), Read.AddTicks(1));

    [Theory]
    [Requirement("A020")]
    [InlineData("fit", true)]
    [InlineData("", true, "FIELD_REQUIRED")]
    [InlineData("unknown", true, "EQUIPMENT_UNKNOWN")]
    [InlineData("no instrument", true, "NOT_AN_INSTRUMENT")]
    [InlineData("calibrator", true, "NOT_AN_INSTRUMENT")]
    [InlineData("calibrator", false)]
    [InlineData("elsewhere", true, "EQUIPMENT_AT_OTHER_SITE")]
    [InlineData("out of service", true, "EQUIPMENT_NOT_USABLE")]
    [InlineData("qualification over", true, "EQUIPMENT_NOT_QUALIFIED")]
    [InlineData("calibration over", true, "EQUIPMENT_NOT_CALIBRATED")]
    [InlineData("calibration over", false, "EQUIPMENT_NOT_CALIBRATED")]
    [InlineData("uncalibrated", true, "EQUIPMENT_NOT_CALIBRATED")]
    [InlineData("uncalibrated", false)]
    [InlineData("all at once", true, "NOT_AN_INSTRUMENT", "EQUIPMENT_AT_OTHER_SITE", "EQUIPMENT_NOT_USABLE", "EQUIPMENT_NOT_QUALIFIED", "EQUIPMENT_NOT_CALIBRATED")]
    public void A_reading_counts_when_its_instrument_was_fit_when_it_was_read(string which, bool survey, params string[] codes)
    {
        var instrument = which switch
        {
            "fit" => Fit,
            "no instrument" => Fit with { Kind = InstrumentKind.None },
            "calibrator" => Fit with { Kind = InstrumentKind.DoseCalibrator },
            "elsewhere" => Fit with { SiteId = "lei" },
            "out of service" => Fit with { InService = false },
            "qualification over" => Fit with { QualificationDue = Read },
            "calibration over" => Fit with { CalibrationDue = Read },
            "uncalibrated" => Fit with { CalibrationDue = null },
            "all at once" => new InstrumentState("i", "X", InstrumentKind.None, "lei", false, Read, Read),
            _ => null,
        };
        var measurement = survey ? Measurement.Survey("bos", Read) : Measurement.Control("bos", Read, number: false);
        InstrumentRules.Against("instrument_id", which is "" ? "" : "i", instrument, measurement).Select(refusal => refusal.Code).ShouldBe(codes);
    }

    [Fact]
    [Requirement("A020")]
    public void A_number_needs_a_calibrated_instrument_and_a_look_does_not()
    {
        var booth = Fit with { CalibrationDue = null };
        InstrumentRules.Against("instrument_id", "i", booth, Measurement.Control("bos", Read, number: true)).ShouldHaveSingleItem().Code.ShouldBe("EQUIPMENT_NOT_CALIBRATED");
        InstrumentRules.Against("instrument_id", "i", booth, Measurement.Control("bos", Read, number: false)).ShouldBeEmpty();
    }
}
