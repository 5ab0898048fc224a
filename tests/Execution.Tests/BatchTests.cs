using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Quality.V1;
using Doseline.Testing;
using BatchState = Doseline.Execution.V1.BatchState;
using DoseState = Doseline.Execution.V1.DoseState;
using EquipmentState = Doseline.Execution.V1.EquipmentState;

namespace Doseline.Execution.Tests;

/// <summary>A batch from start to disposition.</summary>
public sealed class BatchTests
{
    [Fact]
    [Requirement("A017", "A039", "A048", "A107", "A109", "P02")]
    public async Task A_batch_of_two_orders_is_made_balanced_and_handed_to_quality()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        platform.Facts<DosePlanned>().Select(d => d.DoseId).ShouldBe([Shift.DoseOf("order-1"), Shift.DoseOf("order-2")]);

        await shift.MakeAsync();

        var ready = platform.Facts<BatchReadyForDisposition>().Single();
        ready.Doses.Select(d => d.OrderId).Order(StringComparer.Ordinal).ShouldBe(["order-1", "order-2"]);
        ready.ExceptionCount.ShouldBe(0);
        var got = await shift.Records.GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = shift.BatchId });
        got.Record.Batch.State.ShouldBe(BatchState.Ready);
        var frozen = got.Frozen.Single();
        frozen.RecordVersion.ShouldBe(ready.RecordVersion);
        frozen.RecordHash.ShouldBe(ready.RecordHash);
        Digest.Of(frozen.CanonicalJson).ShouldBe(ready.RecordHash);
        got.Record.Steps.ShouldAllBe(s => s.State == BatchStepState.Complete && s.StartTime != null && s.CompleteTime != null);
        got.Record.Steps.Single(s => s.StepId == "clear").VerifiedBy.ShouldBe("verifier");
        got.Record.Balance.UnexplainedFraction.ShouldBe(0, 1e-12, "what the balance could not place was kept as waste");

        platform.Facts<DoseDispensed>().Count.ShouldBe(2);
        platform.Facts<SampleTaken>().Count.ShouldBe(1);
        var waste = platform.Facts<WasteArisen>();
        waste.Count.ShouldBe(2);
        waste.ShouldAllBe(w => w.Contents.Count == 2 && w.Contents[0].Nuclide == "Lu-177" && w.Contents[1].Nuclide == "Lu-177m");
        var dose = await shift.DoseAsync("order-1");
        dose.State.ShouldBe(DoseState.Pending);
        dose.Contents.Select(c => c.Nuclide).ShouldBe(["Lu-177", "Lu-177m"]);
        dose.DispensedBy.ShouldBe("operator");
        dose.BatchNumber.ShouldBe("LU-PSMA-261123-01");
    }

    [Fact]
    [Requirement("A013", "A246", "E18")]
    public async Task A_running_batch_keeps_the_recipe_it_began_with_and_the_next_takes_the_new_one()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var before = await shift.BeginAsync();
        before.RecipeVersion.ShouldBe(1);

        await shift.Plant.ApproveAsync(await shift.Plant.DraftAsync(Plant.Recipe("Another title")));

        var record = await shift.RecordAsync();
        record.Batch.RecipeHash.ShouldBe(before.RecipeHash);
        record.Steps.Single(s => s.StepId == "temperature").Title.ShouldBe("temperature");
        record.Recipe.UnitProcedures[0].Operations[1].Steps[1].Inputs[0].Title.ShouldBe("Enter the temperature of the reaction");
        (await shift.Plant.Recipes.GetRecipeAsync(new GetRecipeRequest { Code = Plant.RecipeCode })).Recipe.Version.ShouldBe(2);
    }

    [Fact]
    [Requirement("A246")]
    public async Task A_batch_that_starts_a_second_before_the_new_recipe_is_in_force_takes_the_old_one_and_one_that_starts_with_it_the_new_one()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var first = shift.Run;
        await shift.TakeAsync(await shift.Plant.RunAsync(hotCell: await shift.Plant.AddAsync("HC-2", EquipmentClass.HotCell)), "order-2");
        var effective = platform.Now + TimeSpan.FromHours(2);
        await shift.Plant.ApproveAsync(await shift.Plant.DraftAsync(Plant.Recipe("Another title")), effective);

        await platform.AdvanceAsync(effective - TimeSpan.FromSeconds(1) - platform.Now);
        (await StartAsync(first)).ShouldBe((1, "Enter the temperature of the reaction"));
        await platform.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await StartAsync(shift.Run)).ShouldBe((2, "Another title"));

        async Task<(long Version, string Title)> StartAsync(Run run)
        {
            var batch = (await shift.Operator.StartBatchAsync(new StartBatchRequest { RequestId = TestPlatform.RequestId(), RunId = run.RunId })).Batch;
            var record = (await shift.Records.GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = batch.BatchId })).Record;
            return (batch.RecipeVersion, record.Recipe.UnitProcedures[0].Operations[1].Steps[1].Inputs[0].Title);
        }
    }

    [Fact]
    [Requirement("A016", "A110")]
    public async Task A_value_out_of_limit_is_recorded_and_holds_the_batch_in_the_same_transaction()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        await shift.PrepareAsync();
        await shift.SynthesiseAsync();
        await shift.CompleteAsync("synthesis");

        var answer = await shift.CheckTemperatureAsync(96);

        answer.Batch.OnHold.ShouldBeTrue();
        var raised = answer.Exceptions.Single();
        raised.Code.ShouldBe("STEP_VALUE_OUT_OF_LIMIT");
        raised.Numbers["value"].ShouldBe("96");
        raised.Numbers["maximum"].ShouldBe("95");
        answer.Step.Values.Single().InLimit.ShouldBeFalse();
        (await Codes(() => shift.StepAsync("dispense", shift.Plant.Calibrator))).ShouldBe(["BATCH_ON_HOLD"]);
        await platform.SettleAsync();
        platform.Facts<ExecutionHoldRaised>().Single().ExceptionId.ShouldBe(raised.ExceptionId);

        (await Codes(() => new BatchesService.BatchesServiceClient(platform.AsNamed("operator", "qa")).ResolveExceptionAsync(Resolve(raised)).ResponseAsync)).ShouldBe(["SECOND_PERSON_NEEDED"]);
        (await shift.Qa.ResolveExceptionAsync(Resolve(raised))).Batch.OnHold.ShouldBeFalse();
        await shift.StepAsync("dispense", shift.Plant.Calibrator);
    }

    [Fact]
    [Requirement("A110")]
    public async Task A_deviation_of_quality_holds_a_running_batch_until_it_says_that_the_batch_may_continue()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();

        await platform.GiveAsync("dev-1", new DeviationOpened { DeviationId = "dev-1", BatchId = shift.BatchId, Code = "ENVIRONMENT" });
        (await Codes(() => shift.StepAsync("clear"))).ShouldBe(["BATCH_ON_HOLD"]);
        await platform.GiveAsync("dev-1", new DeviationClosed { DeviationId = "dev-1", BatchId = shift.BatchId, MayContinue = true });

        await shift.StepAsync("clear");
    }

    [Clause("21 CFR 11.10(f)", "Annex 11 6")]
    [Fact]
    [Requirement("A003", "A017", "P09")]
    public async Task Steps_follow_their_order_and_are_verified_by_a_second_person()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();

        (await Codes(() => shift.StepAsync("lutetium"))).ShouldBe(["STEP_OUT_OF_SEQUENCE"]);
        await shift.StepAsync("clear");
        (await Codes(() => shift.StepAsync("clear"))).ShouldBe(["STEP_NOT_OPEN"]);
        (await Codes(() => shift.CompleteAsync("clear", new StepValue { Code = "cleared", Number = 1 }, new StepValue { Code = "stray", Number = 1 }))).ShouldBe(["VALUE_TYPE_WRONG", "VALUE_NOT_ASKED_FOR"]);
        (await Codes(() => shift.CompleteAsync("clear"))).ShouldBe(["VALUE_REQUIRED"]);
        await shift.CompleteAsync("clear", new StepValue { Code = "cleared", Boolean = true });
        (await Codes(() => shift.StepAsync("lutetium"))).ShouldBe(["STEP_OUT_OF_SEQUENCE"]);

        BatchesService.BatchesServiceClient same = new(platform.AsNamed("operator", "verifier"));
        (await Codes(() => same.VerifyStepAsync(new VerifyStepRequest { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, StepId = "clear" }).ResponseAsync)).ShouldBe(["SECOND_PERSON_NEEDED"]);
        await shift.VerifyAsync("clear");
        await shift.StepAsync("lutetium");
        (await Codes(() => shift.CompleteAsync("lutetium"))).ShouldBe(["MATERIAL_NOT_ISSUED"]);
    }

    [Fact]
    public async Task What_inventory_refuses_is_not_issued_and_a_repeated_issue_asks_inventory_the_same()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        await shift.StepAsync("clear");
        await shift.CompleteAsync("clear", new StepValue { Code = "cleared", Boolean = true });
        await shift.VerifyAsync("clear");
        await shift.StepAsync("lutetium");

        possession.Refuses = Refusal.State("rooms/room-1", "ROOM_LIMIT_EXCEEDED", "The room would hold too much.").With("limit_bq", 1e9);
        var refused = await TestPlatform.RefusalsAsync(shift.IssueAsync);
        refused.Single().Code.ShouldBe("ROOM_LIMIT_EXCEEDED");
        refused.Single().Numbers["limit_bq"].ShouldBe("1000000000");
        (await shift.RecordAsync()).Movements.ShouldBeEmpty();

        possession.Refuses = null;
        await shift.IssueAsync();
        possession.Asked[^1].RoomId.ShouldBe("room-1");
        possession.Asked[^1].Use.ShouldBe(Plant.Use);
        possession.Asked[^1].MaterialCode.ShouldBe("LU-CHLORIDE");
    }

    [Fact]
    [Requirement("A109")]
    public async Task A_yield_outside_its_range_is_an_exception_with_its_numbers()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        await shift.PrepareAsync();

        var answer = await shift.SynthesiseAsync(yield: 0.5);

        answer.YieldFraction.ShouldBe(0.5, 1e-4);
        answer.Exceptions.Single().Code.ShouldBe("YIELD_OUT_OF_RANGE");
        answer.Batch.OnHold.ShouldBeTrue();
    }

    [Fact]
    [Requirement("E03")]
    public async Task A_synthesis_that_ends_too_late_names_the_orders_it_can_no_longer_serve_in_time()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.BeginAsync();
        await shift.PrepareAsync();

        var answer = await shift.SynthesiseAsync(takes: TimeSpan.FromHours(3));

        answer.LateOrderIds.ShouldBe(["order-1"]);
        await platform.SettleAsync();
        platform.Facts<RunChanged>().Single().OrderIds.ShouldBe(["order-1"]);
    }

    [Fact]
    [Requirement("A039", "A109")]
    public async Task Production_is_not_complete_while_activity_is_unexplained_until_qa_has_judged_it()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.ToDispensingAsync();
        (await Codes(shift.FinishAsync)).ShouldBe(["STEP_NOT_COMPLETE", "STEP_NOT_COMPLETE", "DOSE_NOT_DISPENSED"]);
        await shift.FillAsync();

        var first = await shift.FinishAsync();

        var raised = first.Exceptions.Single();
        raised.Code.ShouldBe("BALANCE_OUT_OF_TOLERANCE");
        first.Batch.State.ShouldBe(BatchState.Running);
        (await Codes(shift.FinishAsync)).ShouldBe(["BATCH_ON_HOLD"]);
        await shift.Qa.ResolveExceptionAsync(Resolve(raised));
        (await shift.FinishAsync()).Batch.State.ShouldBe(BatchState.Ready);
        await platform.SettleAsync();
        platform.Facts<WasteArisen>().Single().Cause.ShouldBe(WasteCause.Residue);
    }

    [Fact]
    [Requirement("A015", "A020", "A107", "A252", "P02")]
    public async Task A_batch_starts_only_in_a_clean_clear_qualified_cell_and_leaves_it_to_decay()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.MakeAsync();
        var cell = await shift.Plant.CellAsync();
        cell.Phase.ShouldBe(HotCellPhase.Changeover);
        cell.Equipment.State.ShouldBe(EquipmentState.Dirty);
        cell.Clear.ShouldBeFalse();

        var next = await shift.Plant.RunAsync();
        await shift.Plant.Orders.ReserveAsync(Plant.Wish("order-9", next));
        (await Codes(() => shift.Operator.StartBatchAsync(new StartBatchRequest { RequestId = TestPlatform.RequestId(), RunId = next.RunId }).ResponseAsync))
            .ShouldBe(["EQUIPMENT_NOT_CLEAN", "HOT_CELL_NOT_CLEAR", "RUN_HAS_NO_DOSES"]);

        await shift.EmptyCellAsync();
        cell = await shift.Plant.CellAsync();
        cell.Clear.ShouldBeFalse("what the balance could not place may be in it");
        await shift.Plant.CleanAsync(shift.Plant.HotCell);
        await platform.AdvanceAsync(cell.ClearTime.ToDateTimeOffset() - platform.Now);
        cell = await shift.Plant.CellAsync();
        cell.Phase.ShouldBe(HotCellPhase.Free);
        cell.Clearance.Basis.ShouldBe(ClearanceBasis.Computation);
    }

    [Fact]
    [Requirement("A017", "A236")]
    public async Task Of_two_people_who_write_at_once_one_reads_again()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.ToDispensingAsync();
        var read = (await shift.BatchAsync()).RecordVersion;
        var first = shift.DispenseRequest(shift.Orders[0]);
        var second = shift.DispenseRequest(shift.Orders[1]);
        first.RecordVersion = second.RecordVersion = read;

        var outcomes = await Task.WhenAll(new[] { first, second }.Select(async r =>
        {
            try
            {
                await shift.Operator.DispenseDoseAsync(r);
                return "";
            }
            catch (Grpc.Core.RpcException fault)
            {
                return Platform.Rpc.RpcErrors.Read(fault).Single().Code;
            }
        }));

        outcomes.Count(o => o is "").ShouldBe(1);
        outcomes.Single(o => o is not "").ShouldBe("VERSION_STALE");
        (await shift.BatchAsync()).RecordVersion.ShouldBe(read + 1);
    }

    [Fact]
    [Requirement("A138")]
    public async Task An_order_accepted_for_another_recipe_stops_the_start_unless_it_is_allowed_with_a_reason()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var reserved = await shift.Plant.Orders.ReserveAsync(Plant.Wish("order-2", shift.Run));
        var other = shift.Orders[0].Clone();
        (other.OrderId, other.ReservationId, other.RecipeCode) = ("order-2", reserved.ReservationId, "LU177-OLD");
        await platform.GiveAsync("order-2", other);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));

        (await Codes(shift.BeginAsync)).ShouldBe(["ORDER_OF_OTHER_RECIPE"]);
        var started = await shift.Operator.StartBatchAsync(new StartBatchRequest { RequestId = TestPlatform.RequestId(), RunId = shift.Run.RunId, AllowSupersededRecipe = true, Reason = "same product" });
        started.DoseIds.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_watcher_sees_a_batch_as_it_is_and_then_as_it_changes()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var begun = await shift.BeginAsync();
        using var watch = shift.Records.WatchBatches(new WatchBatchesRequest { SiteId = Plant.Site });

        (await NextAsync()).RecordVersion.ShouldBe(begun.RecordVersion);
        await shift.StepAsync("clear");
        (await NextAsync()).RecordVersion.ShouldBe(begun.RecordVersion + 1);

        async Task<Batch> NextAsync()
        {
            (await watch.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
            return watch.ResponseStream.Current.Batch;
        }
    }

    [Fact]
    [Requirement("A072")]
    public async Task The_room_of_a_cell_does_not_change_under_what_is_in_it()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.BeginAsync();
        var cell = (await shift.Plant.Floor.ListEquipmentAsync(new ListEquipmentRequest { SiteId = Plant.Site, PageSize = 500 })).Equipment.Single(e => e.EquipmentId == shift.Plant.HotCell);
        PutEquipmentRequest put = new() { RequestId = TestPlatform.RequestId(), Equipment = new Equipment(cell) { RoomId = "office" } };
        (await Codes(() => shift.Plant.Equipment.PutEquipmentAsync(put).ResponseAsync)).ShouldBe(["EQUIPMENT_NOT_EMPTY"]);
    }

    [Fact]
    [Requirement("A159")]
    public async Task A_hold_that_execution_raised_is_lifted_by_QA_alone_also_before_quality_has_heard_of_it()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.BeginAsync();
        await shift.PrepareAsync();
        await shift.SynthesiseAsync();
        await shift.CompleteAsync("synthesis");
        var raised = (await shift.CheckTemperatureAsync(96)).Exceptions.Single();
        raised.DeviationId.ShouldBeEmpty("Quality has not been told yet");
        foreach (var role in Kernel.Rules.Roles.All.Where(r => r is not Kernel.Rules.Roles.Qa))
        {
            (await Codes(() => new BatchesService.BatchesServiceClient(platform.AsNamed("other", role)).ResolveExceptionAsync(Resolve(raised)).ResponseAsync)).ShouldBe(["ROLE_NOT_ALLOWED"], role);
        }

        (await Codes(() => new BatchesService.BatchesServiceClient(platform.UnsignedAs(TestPlatform.PersonIn("qa"))).ResolveExceptionAsync(Resolve(raised)).ResponseAsync)).ShouldBe(["SIGNATURE_REQUIRED"]);
        (await shift.Records.GetBatchAsync(new GetBatchRequest { BatchId = shift.BatchId })).Batch.OnHold.ShouldBeTrue();
        (await shift.Qa.ResolveExceptionAsync(Resolve(raised))).Batch.OnHold.ShouldBeFalse();
    }

    internal static ResolveExceptionRequest Resolve(BatchException raised) => new() { RequestId = TestPlatform.RequestId(), ExceptionId = raised.ExceptionId, Reason = "judged" };

    internal static async Task<IEnumerable<string>> Codes(Func<Task> call) => (await TestPlatform.RefusalsAsync(call)).Select(r => r.Code);
}
