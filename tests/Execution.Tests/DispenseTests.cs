using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>Doses and their measurements.</summary>
public sealed class DispenseTests
{
    [Fact]
    [Requirement("A014", "A154", "E14")]
    public async Task A_measurement_is_kept_as_read_and_as_used_with_the_factor_between_them()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.ToDispensingAsync();

        var dose = (await shift.DispenseAsync(shift.Orders[0])).Dose;

        dose.Factor.ShouldBe(1.02);
        dose.Setting.ShouldBe("450");
        dose.Geometry.ShouldBe("10 mL vial");
        dose.Record.Measured.ActivityBq.ShouldBe(dose.Reading.ActivityBq * 1.02, 1);
        dose.Record.Measured.DataVersion.ShouldNotBeEmpty();
        (dose.Record.Measured.ActivityBq * dose.DecayFactor).ShouldBe(7.4e9, 7.4e9 * 1e-4);
        dose.Record.InstrumentId.ShouldBe(shift.Plant.Calibrator);
    }

    [Clause("Annex 11 6")]
    [Fact]
    [Requirement("A014")]
    public async Task A_dose_outside_its_tolerance_is_an_exception_that_a_second_person_judges()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.ToDispensingAsync();

        (await shift.DispenseAsync(shift.Orders[0], times: 1.09)).Exceptions.ShouldBeEmpty();
        var answer = await shift.DispenseAsync(shift.Orders[1], times: 1.11);

        var raised = answer.Exceptions.Single();
        raised.Code.ShouldBe("DOSE_OUT_OF_TOLERANCE");
        raised.DoseId.ShouldBe(Shift.DoseOf("order-2"));
        answer.Batch.OnHold.ShouldBeTrue();
        (await BatchTests.Codes(() => shift.CompleteAsync("dispense"))).ShouldBe(["BATCH_ON_HOLD"]);
        await shift.Qa.ResolveExceptionAsync(BatchTests.Resolve(raised));
        await shift.CompleteAsync("dispense");
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "nuclide", "NUCLIDE_OF_OTHER_PRODUCT,NO_CROSS_CALIBRATION" },
        { "future", "EVENT_IN_FUTURE" },
        { "before synthesis", "EVENT_TOO_EARLY" },
        { "geometry", "NO_CROSS_CALIBRATION" },
        { "no volume", "NUMBER_NOT_POSITIVE" },
        { "much volume", "VOLUME_NOT_LEFT" },
        { "much activity", "ACTIVITY_NOT_LEFT" },
        { "no reading", "ACTIVITY_REQUIRED" },
        { "other dose", "DOSE_NOT_IN_BATCH" },
        { "other instrument", "NOT_A_DOSE_CALIBRATOR" },
        { "unknown instrument", "EQUIPMENT_UNKNOWN" },
        { "stale", "VERSION_STALE" },
    };

    [Theory, MemberData(nameof(Wrong))]
    [Requirement("A014", "E14")]
    public async Task What_cannot_be_is_refused(string wrong, string codes)
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.ToDispensingAsync();
        var request = shift.DispenseRequest(shift.Orders[0]);
        switch (wrong)
        {
            case "nuclide": request.Reading.Nuclide = "Ac-225"; break;
            case "future": request.Reading.ReferenceTime = (platform.Now + TimeSpan.FromMinutes(1)).ToWire(); break;
            case "before synthesis": request.Reading.ReferenceTime = (platform.Now - TimeSpan.FromHours(3)).ToWire(); break;
            case "geometry": request.Geometry = "syringe"; break;
            case "no volume": request.VolumeMl = 0; break;
            case "much volume": request.VolumeMl = 21; break;
            case "much activity": request.Reading.ActivityBq = 60e9; break;
            case "no reading": request.Reading = null; break;
            case "other dose": request.DoseId = "another"; break;
            case "other instrument": request.InstrumentId = shift.Plant.HotCell; break;
            case "unknown instrument": request.InstrumentId = "another"; break;
            default: request.RecordVersion = 1; break;
        }

        (await BatchTests.Codes(() => shift.Operator.DispenseDoseAsync(request).ResponseAsync)).ShouldBe(codes.Split(','));
        (await shift.DoseAsync("order-1")).Measured.ShouldBeNull();
    }

    [Clause("21 CFR 11.10(h)")]
    [Fact]
    [Requirement("A003", "A014", "A020", "A252")]
    public async Task An_instrument_whose_calibration_is_overdue_measures_nothing()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.ToDispensingAsync();
        var item = (await shift.Plant.Floor.ListEquipmentAsync(new ListEquipmentRequest { EquipmentClass = EquipmentClass.DoseCalibrator })).Equipment.Single();
        item.CalibrationDueTime = platform.Now.ToWire();
        await shift.Plant.Equipment.PutEquipmentAsync(new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = item });

        (await BatchTests.Codes(() => shift.DispenseAsync(shift.Orders[0]))).ShouldBe(["EQUIPMENT_NOT_CALIBRATED"]);
    }

    [Fact]
    public async Task A_dose_is_dispensed_once()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.ToDispensingAsync();
        var request = shift.DispenseRequest(shift.Orders[0]);
        await shift.Operator.DispenseDoseAsync(request);
        await shift.Operator.DispenseDoseAsync(request);
        (await BatchTests.Codes(() => shift.DispenseAsync(shift.Orders[0]))).ShouldBe(["DOSE_NOT_IN_PRODUCTION"]);
        await platform.SettleAsync();
        platform.Facts<DoseDispensed>().Count.ShouldBe(1);
    }
}
