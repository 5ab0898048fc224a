using Doseline.Execution.V1;
using Doseline.Identity.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;

namespace Doseline.Execution.Tests;

/// <summary>A step and a piece of equipment may each name what whoever does or uses it is trained on, beside what the method asks of everybody.</summary>
public sealed class QualificationTests : IAsyncLifetime
{
    const string LineClearance = "line-clearance", HotMaterial = "hot-material", Synthesiser = "synthesiser-2", Calibrator = "dose-calibrator-4";

    readonly FakePossession possession = new();
    TestPlatform platform = null!;
    Staff staff = null!;
    Shift shift = null!;
    BatchesService.BatchesServiceClient general = null!, special = null!, lapsing = null!;

    public async Task InitializeAsync()
    {
        platform = await Shift.PlatformAsync(possession);
        (staff, shift) = (new Staff(platform), await Shift.StartAsync(platform, possession, orders: 1));
        var recipe = Plant.Recipe();
        var steps = recipe.UnitProcedures.SelectMany(u => u.Operations).SelectMany(o => o.Steps).ToDictionary(s => s.Id, StringComparer.Ordinal);
        (steps["clear"].Procedure, steps["lutetium"].Procedure) = (LineClearance, HotMaterial);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        await shift.Plant.ApproveAsync(await shift.Plant.DraftAsync(recipe));
        foreach (var (id, procedure) in new[] { (shift.Plant.Synthesiser, Synthesiser), (shift.Plant.Calibrator, Calibrator) })
        {
            var item = (await shift.Plant.Floor.ListEquipmentAsync(new ListEquipmentRequest { SiteId = Plant.Site })).Equipment.Single(e => e.EquipmentId == id);
            item.Procedure = procedure;
            (await shift.Plant.Equipment.PutEquipmentAsync(new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = item })).Equipment.Procedure.ShouldBe(procedure);
        }

        string[] both = ["operator", "verifier"];
        special = new(staff.In(await staff.JoinAsync("pia", "Pia Special", both, trained: [.. Staff.Procedures, LineClearance, HotMaterial, Synthesiser, Calibrator]), null));
        general = new(staff.In(await staff.JoinAsync("ola", "Ola General", both), null));
        var eve = await staff.JoinAsync("eve", "Eve Lapsing", both);
        await new TrainingService.TrainingServiceClient(platform.As("qa")).RecordTrainingAsync(new RecordTrainingRequest
        {
            RequestId = TestPlatform.RequestId(), PersonId = eve.Subject, Code = LineClearance, ProcedureVersion = 1, TrainTime = platform.Now.ToWire(), ExpireTime = (shift.Run.StartTime.ToDateTimeOffset() + TimeSpan.FromMinutes(10)).ToWire(),
            Evidence = "file 4", Reason = "until the new line comes",
        });
        lapsing = new(staff.In(eve, null));
        await shift.BeginAsync();
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A139", "A237")]
    [Clause("21 CFR 11.10(i)")]
    public async Task A_step_is_done_and_verified_by_whoever_is_trained_on_what_it_names_and_by_nobody_whose_training_is_over()
    {
        StartStepRequest start = new() { BatchId = shift.BatchId, StepId = "clear" };
        CompleteStepRequest complete = new() { BatchId = shift.BatchId, StepId = "clear", Values = { new StepValue { Code = "cleared", Boolean = true } } };
        VerifyStepRequest verify = new() { BatchId = shift.BatchId, StepId = "clear" };

        await RefusedAsync(who => who.StartStepAsync(New(start)), general, LineClearance, "Ola General may not do this: not trained on version 1.");
        await lapsing.StartStepAsync(New(start));
        await platform.AdvanceAsync(TimeSpan.FromMinutes(10));
        await RefusedAsync(who => who.CompleteStepAsync(New(complete)), lapsing, LineClearance, "Eve Lapsing may not do this: the training on version 1 must be refreshed.");
        await RefusedAsync(who => who.CompleteStepAsync(New(complete)), general, LineClearance);
        await shift.Operator.CompleteStepAsync(New(complete));
        await RefusedAsync(who => who.VerifyStepAsync(New(verify)), general, LineClearance);
        await special.VerifyStepAsync(New(verify));

        await shift.StepAsync("lutetium");
        IssueMaterialRequest issue = new() { BatchId = shift.BatchId, StepId = "lutetium", LotId = "lot-1", Activity = Plant.Lutetium(Shift.IssuedGBq, platform.Now) };
        await RefusedAsync(who => who.IssueMaterialAsync(New(issue)), general, HotMaterial);
        possession.Asked.ShouldBeEmpty();
        await special.IssueMaterialAsync(New(issue));
    }

    [Fact]
    [Requirement("A139")]
    [Clause("21 CFR 11.10(i)")]
    public async Task Equipment_is_used_and_read_by_whoever_is_trained_on_what_it_names()
    {
        await shift.PrepareAsync();
        StartStepRequest start = new() { BatchId = shift.BatchId, StepId = "synthesis", EquipmentIds = { shift.Plant.Synthesiser } };
        await RefusedAsync(who => who.StartStepAsync(New(start)), general, Synthesiser);
        await special.StartStepAsync(New(start));
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        RecordEndOfSynthesisRequest end = new()
        {
            BatchId = shift.BatchId, EndOfSynthesisTime = platform.Now.ToWire(), Bulk = Plant.Lutetium(0.95 * Shift.IssuedGBq / 1.02, platform.Now), VolumeMl = 20, InstrumentId = shift.Plant.Calibrator, Geometry = "10 mL vial",
        };
        await RefusedAsync(who => who.RecordEndOfSynthesisAsync(New(end)), general, Calibrator);
        await special.RecordEndOfSynthesisAsync(New(end));
        await RefusedAsync(who => who.CompleteStepAsync(New(new CompleteStepRequest { BatchId = shift.BatchId, StepId = "synthesis" })), general, Synthesiser);
        await shift.CompleteAsync("synthesis");
        await shift.CheckTemperatureAsync();
        await shift.StepAsync("dispense", shift.Plant.Calibrator);

        var dispense = shift.DispenseRequest(shift.Orders[0]);
        await RefusedAsync(who => who.DispenseDoseAsync(New(dispense)), general, Calibrator);
        await special.DispenseDoseAsync(New(dispense));
        await shift.CompleteAsync("dispense");
        await shift.VerifyAsync("dispense");
        await shift.StepAsync("sample");
        TakeSampleRequest sample = new() { BatchId = shift.BatchId, StepId = "sample", Activity = Plant.Lutetium(0.1 / 1.02, platform.Now), VolumeMl = 0.05, InstrumentId = shift.Plant.Calibrator, Geometry = "10 mL vial" };
        await RefusedAsync(who => who.TakeSampleAsync(New(sample)), general, Calibrator);
        await special.TakeSampleAsync(New(sample));
    }

    // The refusal names the procedure, and nothing of the batch has changed.
    async Task RefusedAsync<TResponse>(Func<BatchesService.BatchesServiceClient, AsyncUnaryCall<TResponse>> act, BatchesService.BatchesServiceClient who, string procedure, string? because = null)
    {
        var before = (await shift.RecordAsync()).Batch;
        var refusal = (await TestPlatform.RefusalsAsync(() => act(who).ResponseAsync)).ShouldHaveSingleItem();
        (refusal.Code, refusal.Subject).ShouldBe(("TRAINING_NEEDED", $"procedures/{procedure}"));
        if (because is not null) refusal.Message.ShouldBe(because);
        (await shift.RecordAsync()).Batch.ShouldBe(before);
    }

    static TRequest New<TRequest>(TRequest request) where TRequest : Google.Protobuf.IMessage<TRequest>
    {
        var copy = request.Clone();
        ((Google.Protobuf.IMessage)copy).Descriptor.FindFieldByName("request_id").Accessor.SetValue(copy, TestPlatform.RequestId());
        return copy;
    }
}
