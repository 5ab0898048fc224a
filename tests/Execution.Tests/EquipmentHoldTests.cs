using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Doseline.Execution.Tests;

/// <summary>Equipment that is taken out of service stops whoever works with it at that moment: nothing more is produced before QA has decided.</summary>
public sealed class EquipmentHoldTests
{
    const string Code = "EQUIPMENT_OUT_OF_SERVICE";

    // What arose is still accounted for, a decision is still taken, and a record with an open exception does not close whatever is asked.
    static readonly string[] Open = ["StartBatch", "RecordWaste", "ResolveException", "CloseRecord"];

    [Fact]
    [Requirement("A020", "A110")]
    public async Task A_machine_taken_out_of_service_in_the_middle_of_a_step_stops_every_act_on_its_batch_until_QA_has_decided()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        await shift.PrepareAsync();
        await shift.StepAsync("synthesis", shift.Plant.Synthesiser);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));

        await OutOfServiceAsync(shift, shift.Plant.Synthesiser);

        var record = await shift.RecordAsync();
        record.Batch.OnHold.ShouldBeTrue();
        var raised = record.Exceptions.Single();
        (raised.Code, raised.StepId, raised.Numbers["equipment_id"]).ShouldBe((Code, "synthesis", shift.Plant.Synthesiser));
        await platform.SettleAsync();
        platform.Facts<ExecutionHoldRaised>().Single().ExceptionId.ShouldBe(raised.ExceptionId);
        foreach (var method in BatchesService.Descriptor.Methods.Where(m => !Open.Contains(m.Name, StringComparer.Ordinal)))
            (await CodesAsync(platform.As("operator", "verifier"), method, shift.BatchId)).ShouldBe(["BATCH_ON_HOLD"], method.Name);

        await shift.Qa.ResolveExceptionAsync(new ResolveExceptionRequest { RequestId = TestPlatform.RequestId(), ExceptionId = raised.ExceptionId, Reason = "the heater had finished; a measured bulk decides" });
        await shift.Operator.RecordEndOfSynthesisAsync(new RecordEndOfSynthesisRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, EndOfSynthesisTime = platform.Now.ToWire(), Bulk = Plant.Lutetium(38 / 1.02, platform.Now), VolumeMl = 20, InstrumentId = shift.Plant.Calibrator, Geometry = "10 mL vial",
        });
        // What QA has decided on is not raised again when the step ends.
        (await shift.CompleteAsync("synthesis")).Exceptions.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A020", "A110")]
    public async Task An_instrument_that_many_share_stops_those_alone_whose_running_step_was_begun_with_it()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var other = await shift.Plant.AddAsync("DC-2", EquipmentClass.DoseCalibrator, TimeSpan.FromDays(30));
        await shift.BeginAsync();
        await shift.PrepareAsync();
        await shift.SynthesiseAsync();
        await shift.CompleteAsync("synthesis");
        await shift.CheckTemperatureAsync();
        await shift.StepAsync("dispense", shift.Plant.Calibrator);

        await OutOfServiceAsync(shift, other);
        (await shift.RecordAsync()).Batch.OnHold.ShouldBeFalse();
        await OutOfServiceAsync(shift, shift.Plant.Calibrator);
        var raised = (await shift.RecordAsync()).Exceptions.Single();
        (raised.Code, raised.StepId).ShouldBe((Code, "dispense"));
    }

    [Fact]
    [Requirement("A020", "A110")]
    public async Task A_cell_taken_out_of_service_between_two_steps_stops_the_batch_and_no_step_begins_in_it_again()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var batch = await shift.BeginAsync();

        await OutOfServiceAsync(shift, batch.HotCellId);
        var raised = (await shift.RecordAsync()).Exceptions.Single();
        raised.Code.ShouldBe(Code);
        await shift.Qa.ResolveExceptionAsync(new ResolveExceptionRequest { RequestId = TestPlatform.RequestId(), ExceptionId = raised.ExceptionId, Reason = "to be moved" });
        (await BatchTests.Codes(() => shift.StepAsync("clear"))).ShouldBe(["EQUIPMENT_NOT_CLEAN"]);
    }

    static async Task OutOfServiceAsync(Shift shift, string equipment) => await shift.Plant.Floor.SetEquipmentStateAsync(
        new SetEquipmentStateRequest { RequestId = TestPlatform.RequestId(), EquipmentId = equipment, State = EquipmentState.OutOfService, Reason = "smoke" });

    /// <summary>What any method of the service is refused with, with nothing said but the batch.</summary>
    internal static async Task<IEnumerable<string>> CodesAsync(CallInvoker calls, MethodDescriptor method, string batch)
    {
        var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        method.InputType.FindFieldByName("request_id").Accessor.SetValue(request, TestPlatform.RequestId());
        method.InputType.FindFieldByName("batch_id").Accessor.SetValue(request, batch);
        var bytes = Marshallers.Create(sent => sent, received => received);
        Method<byte[], byte[]> wire = new(MethodType.Unary, method.Service.FullName, method.Name, bytes, bytes);
        return (await TestPlatform.RefusalsAsync(() => calls.AsyncUnaryCall(wire, null, new CallOptions(), request.ToByteArray()).ResponseAsync)).Select(r => r.Code);
    }
}
