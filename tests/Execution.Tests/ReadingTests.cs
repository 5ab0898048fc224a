using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using WireActivity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Execution.Tests;

/// <summary>The bulk at the end of synthesis and each sample: read by an instrument that may be believed, and kept with it.</summary>
public sealed class ReadingTests
{
    static readonly (string Wrong, string Code)[] Reasons =
    [
        ("no instrument", "FIELD_REQUIRED"), ("no geometry", "FIELD_REQUIRED"), ("unknown instrument", "EQUIPMENT_UNKNOWN"), ("hot cell", "NOT_A_DOSE_CALIBRATOR"),
        ("geometry", "NO_CROSS_CALIBRATION"), ("other site", "EQUIPMENT_AT_OTHER_SITE"), ("out of service", "EQUIPMENT_NOT_USABLE"),
        ("calibration", "EQUIPMENT_NOT_CALIBRATED"), ("qualification", "EQUIPMENT_NOT_QUALIFIED"),
    ];

    public static TheoryData<string, string, string> Wrong
    {
        get
        {
            TheoryData<string, string, string> cases = [];
            foreach (var (wrong, code) in Reasons)
            {
                cases.Add("bulk", wrong, code);
                cases.Add("sample", wrong, code);
            }

            return cases;
        }
    }

    [Fact]
    [Requirement("E14")]
    public async Task The_bulk_and_a_sample_are_kept_as_shown_and_as_used_with_instrument_setting_geometry_and_factor()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.ToDispensingAsync();
        var batch = (await shift.RecordAsync()).Batch;
        Kept(batch.BulkReading, batch.Bulk);

        await shift.FillAsync();
        var record = await shift.RecordAsync();
        var sample = record.Movements.Single(movement => movement.Kind is MovementKind.Sample);
        Kept(sample.Reading, sample.Activity);
        record.Movements.Where(movement => movement.Kind is not MovementKind.Sample).ShouldAllBe(movement => movement.Reading == null);
        await platform.SettleAsync();
        platform.Facts<SampleTaken>().Single().Activity.ShouldBe(sample.Activity);

        void Kept(InstrumentReading reading, WireActivity used)
        {
            (reading.InstrumentId, reading.InstrumentCode, reading.Setting, reading.Geometry, reading.Factor).ShouldBe((shift.Plant.Calibrator, "DC-1", "450", "10 mL vial", 1.02));
            (reading.Reading.Nuclide, reading.Reading.ReferenceTime).ShouldBe((used.Nuclide, used.ReferenceTime));
            used.ActivityBq.ShouldBe(reading.Reading.ActivityBq * 1.02, used.ActivityBq * 1e-12);
            reading.CalibrationDueTime.ToDateTimeOffset().ShouldBeGreaterThan(platform.Now);
        }
    }

    [Theory, MemberData(nameof(Wrong))]
    [Requirement("A020", "E14")]
    public async Task What_an_instrument_that_may_not_be_believed_showed_is_refused_and_nothing_is_recorded(string reading, string wrong, string code)
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await ToReadingAsync(shift, reading);
        var (instrument, geometry) = await AskedAsync(shift, wrong, platform.Now);
        var before = await shift.RecordAsync();
        (await BatchTests.Codes(() => reading is "bulk"
            ? shift.Operator.RecordEndOfSynthesisAsync(new RecordEndOfSynthesisRequest
            {
                RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, EndOfSynthesisTime = platform.Now.ToWire(), Bulk = Plant.Lutetium(37, platform.Now), VolumeMl = 20, InstrumentId = instrument, Geometry = geometry,
            }).ResponseAsync
            : (Task)shift.Operator.TakeSampleAsync(new TakeSampleRequest
            {
                RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, StepId = "sample", Activity = Plant.Lutetium(0.1, platform.Now), VolumeMl = 0.05, InstrumentId = instrument, Geometry = geometry,
            }).ResponseAsync)).ShouldBe([code]);
        (await shift.RecordAsync()).ShouldBe(before);
    }

    // To the step in which the bulk is read, or a sample taken.
    static async Task ToReadingAsync(Shift shift, string reading)
    {
        if (reading is "bulk")
        {
            await shift.BeginAsync();
            await shift.PrepareAsync();
            await shift.StepAsync("synthesis", shift.Plant.Synthesiser);
            return;
        }

        await shift.ToDispensingAsync();
        foreach (var order in shift.Orders) await shift.DispenseAsync(order);
        await shift.CompleteAsync("dispense");
        await shift.VerifyAsync("dispense");
        await shift.StepAsync("sample");
    }

    // A spare instrument is worse, not the one with which a step was begun, so that nothing is held for it.
    static async Task<(string Instrument, string Geometry)> AskedAsync(Shift shift, string wrong, DateTimeOffset now)
    {
        const string Vial = "10 mL vial";
        switch (wrong)
        {
            case "no instrument": return ("", Vial);
            case "no geometry": return (shift.Plant.Calibrator, "");
            case "unknown instrument": return ("another", Vial);
            case "hot cell": return (shift.Plant.HotCell, Vial);
            case "geometry": return (shift.Plant.Calibrator, "syringe");
        }

        var spare = (await shift.Plant.Floor.ListEquipmentAsync(new ListEquipmentRequest { EquipmentClass = EquipmentClass.DoseCalibrator })).Equipment.Single().Clone();
        (spare.EquipmentId, spare.Code, spare.Etag) = ("", "DC-9", 0);
        if (wrong is "other site") spare.SiteId = "another-site";
        if (wrong is "calibration") spare.CalibrationDueTime = now.ToWire();
        if (wrong is "qualification") spare.QualificationDueTime = now.ToWire();
        var id = (await shift.Plant.Equipment.PutEquipmentAsync(new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = spare })).Equipment.EquipmentId;
        if (wrong is "out of service")
        {
            await shift.Plant.CleanAsync(id);
            await shift.Plant.Floor.SetEquipmentStateAsync(new SetEquipmentStateRequest { RequestId = TestPlatform.RequestId(), EquipmentId = id, State = EquipmentState.OutOfService, Reason = "drifts" });
        }

        return (id, Vial);
    }
}
