using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>What comes before what in a batch, and the instants at which it happened.</summary>
public sealed class OrchestrationTests
{
    [Fact]
    [Requirement("A107")]
    public async Task Nothing_is_synthesised_before_material_and_equipment_are_verified_and_every_start_and_stop_has_its_time()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        (await WaitsForAsync()).ShouldBe("clear Open");
        await shift.StepAsync("clear");
        await PassAsync();
        await shift.CompleteAsync("clear", new StepValue { Code = "cleared", Boolean = true });
        (await WaitsForAsync()).ShouldBe("clear Performed", "nobody has verified it");
        await shift.VerifyAsync("clear");

        await shift.StepAsync("lutetium");
        possession.Refuses = Refusal.State("lots/lot-1", "LOT_NOT_APPROVED", "The lot is in quarantine.");
        (await BatchTests.Codes(shift.IssueAsync)).ShouldBe(["LOT_NOT_APPROVED"]);
        (await BatchTests.Codes(() => shift.CompleteAsync("lutetium"))).ShouldBe(["MATERIAL_NOT_ISSUED"]);
        (await WaitsForAsync()).ShouldBe("lutetium Running");
        possession.Refuses = null;
        await shift.IssueAsync();
        possession.Asked.Select(asked => asked.MaterialCode).ShouldAllBe(code => code == "LU-CHLORIDE", "the gate is asked for what the recipe wants, and for no other material");
        await PassAsync();
        await shift.CompleteAsync("lutetium");
        (await WaitsForAsync()).ShouldBe("precursor Open");
        await shift.StepAsync("precursor");
        (await BatchTests.Codes(() => shift.CompleteAsync("precursor"))).ShouldBe(["MATERIAL_NOT_ISSUED"]);
        await shift.Operator.IssueMaterialAsync(new IssueMaterialRequest { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, StepId = "precursor", LotId = "lot-2", Quantity = 1.5 });
        await PassAsync();
        await shift.CompleteAsync("precursor");

        (await BatchTests.Codes(() => shift.StepAsync("synthesis"))).ShouldBe(["EQUIPMENT_MISSING"]);
        await shift.Plant.Floor.SetEquipmentStateAsync(new SetEquipmentStateRequest { RequestId = TestPlatform.RequestId(), EquipmentId = shift.Plant.Synthesiser, State = EquipmentState.Dirty });
        (await BatchTests.Codes(() => shift.StepAsync("synthesis", shift.Plant.Synthesiser))).ShouldBe(["EQUIPMENT_NOT_CLEAN"]);
        await shift.Plant.CleanAsync(shift.Plant.Synthesiser);
        Ordered(await FinishedAsync(shift));

        Task PassAsync() => platform.AdvanceAsync(TimeSpan.FromMinutes(1));

        async Task<string> WaitsForAsync()
        {
            var refusal = (await TestPlatform.RefusalsAsync(() => shift.StepAsync("synthesis", shift.Plant.Synthesiser))).ShouldHaveSingleItem();
            refusal.Code.ShouldBe("STEP_OUT_OF_SEQUENCE");
            return $"{refusal.Numbers["next_step_id"]} {refusal.Numbers["state"]}";
        }
    }

    static async Task<BatchRecord> FinishedAsync(Shift shift)
    {
        await shift.SynthesiseAsync();
        await shift.CompleteAsync("synthesis");
        await shift.CheckTemperatureAsync();
        await shift.Platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        await shift.StepAsync("dispense", shift.Plant.Calibrator);
        await shift.Platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        await shift.FillAsync();
        await shift.ResidueAsync(Shift.IssuedGBq - 0.5 - 7.4 * Math.Pow(2, 1 / 6.6443) - 0.1);
        await shift.FinishAsync();

        return await shift.RecordAsync();
    }

    // Each step began after the one before it was done with, and says when and by whom.
    static void Ordered(BatchRecord record)
    {
        var last = record.Batch.StartTime.ToDateTimeOffset();
        foreach (var step in record.Steps)
        {
            var (begun, done) = (step.StartTime.ToDateTimeOffset(), step.CompleteTime.ToDateTimeOffset());
            begun.ShouldBeGreaterThanOrEqualTo(last, step.StepId);
            done.ShouldBeGreaterThanOrEqualTo(begun, step.StepId);
            step.StartedBy.ShouldNotBeEmpty(step.StepId);
            step.PerformedBy.ShouldNotBeEmpty(step.StepId);
            last = step.VerifyTime?.ToDateTimeOffset() ?? done;
        }

        record.Batch.FinishTime.ToDateTimeOffset().ShouldBeGreaterThanOrEqualTo(last);
        record.Steps.Count(step => !step.CompleteTime.Equals(step.StartTime)).ShouldBeGreaterThan(3);
    }

    [Fact]
    [Requirement("P10")]
    public async Task Nothing_of_a_batch_is_entered_as_earlier_than_what_it_follows_on()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        var begun = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromMinutes(10));
        await shift.PrepareAsync();
        await shift.StepAsync("synthesis", shift.Plant.Synthesiser);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await EarlyAsync("end_of_synthesis_time", "start_of_synthesis", () => EndAsync(shift, platform.Now.AddMinutes(-61), platform.Now));
        await EarlyAsync("bulk.reference_time", "end_of_synthesis", () => EndAsync(shift, platform.Now, platform.Now.AddMinutes(-1)));
        await shift.EndSynthesisAsync();
        var ended = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromMinutes(10));
        await shift.CompleteAsync("synthesis");

        await shift.StepAsync("temperature");
        await EarlyAsync("values[0].instant_time", "start_of_step", () => shift.CompleteAsync("temperature", new StepValue { Code = "temperature", InstantTime = platform.Now.AddMinutes(-1).ToWire() }));
        await shift.CompleteAsync("temperature", new StepValue { Code = "temperature", Number = 90 });

        await shift.StepAsync("dispense", shift.Plant.Calibrator);
        var reading = shift.DispenseRequest(shift.Orders[0]);
        reading.Reading.ReferenceTime = ended.AddMinutes(-1).ToWire();
        await EarlyAsync("reading.reference_time", "end_of_synthesis", () => shift.Operator.DispenseDoseAsync(reading).ResponseAsync);
        await shift.DispenseAsync(shift.Orders[0]);
        await shift.CompleteAsync("dispense");
        await shift.VerifyAsync("dispense");

        await shift.StepAsync("sample");
        await EarlyAsync("activity.reference_time", "end_of_synthesis", () => SampleAsync(ended.AddMinutes(-1)));
        await SampleAsync(platform.Now);
        await shift.CompleteAsync("sample");

        await EarlyAsync("activity.reference_time", "start_of_batch", () => shift.Operator.RecordWasteAsync(new RecordWasteRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, Kind = MovementKind.Residue, Activity = Plant.Lutetium(1, begun.AddMinutes(-1)),
        }).ResponseAsync);
        await shift.ResidueAsync(Shift.IssuedGBq - 0.5 - 7.4 * Math.Pow(2, 1 / 6.6443) - 0.1);
        (await shift.FinishAsync()).Exceptions.ShouldBeEmpty();
        await EarlyAsync("activity.reference_time", "start_of_batch", () => new HotCellsService.HotCellsServiceClient(platform.As("operator")).RecordCellWasteAsync(new RecordCellWasteRequest
        {
            RequestId = TestPlatform.RequestId(), HotCellId = shift.Plant.HotCell, Kind = CellItemKind.Wipes, Activity = Plant.Lutetium(0.002, begun.AddMinutes(-1)),
        }).ResponseAsync);

        async Task EarlyAsync(string field, string after, Func<Task> call)
        {
            var before = await shift.RecordAsync();
            var refusal = (await TestPlatform.RefusalsAsync(call)).First(one => one.Code is "EVENT_TOO_EARLY");
            (refusal.Subject, refusal.Numbers["earliest"]).ShouldBe((field, after));
            (await shift.RecordAsync()).ShouldBe(before);
        }

        Task SampleAsync(DateTimeOffset read) => shift.Operator.TakeSampleAsync(new TakeSampleRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, StepId = "sample", Activity = Plant.Lutetium(0.1 / 1.02, read), VolumeMl = 0.05, InstrumentId = shift.Plant.Calibrator, Geometry = "10 mL vial",
        }).ResponseAsync;
    }

    static Task EndAsync(Shift shift, DateTimeOffset end, DateTimeOffset read) => shift.Operator.RecordEndOfSynthesisAsync(new RecordEndOfSynthesisRequest
    {
        RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, EndOfSynthesisTime = end.ToWire(), Bulk = Plant.Lutetium(37, read), VolumeMl = 20, InstrumentId = shift.Plant.Calibrator, Geometry = "10 mL vial",
    }).ResponseAsync;
}
