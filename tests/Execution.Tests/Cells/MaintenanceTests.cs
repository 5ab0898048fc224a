using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;

namespace Doseline.Execution.Tests.Cells;

/// <summary>Orders of work on equipment: planned, done with evidence, released by somebody else.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    [Requirement("A194")]
    public async Task Equipment_comes_back_from_maintenance_by_the_release_of_its_order_and_no_other_way()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        var plant = shift.Plant;
        var (technician, quality) = (Client(platform, "Terry", "operator"), Client(platform, "Quinn", "qa"));
        var order = (await technician.OpenMaintenanceOrderAsync(Open(plant.Synthesiser, platform.Now, MaintenanceKind.Corrective))).Order;
        order = (await technician.StartWorkAsync(new StartWorkRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId })).Order;
        order.State.ShouldBe(MaintenanceState.AtWork);

        foreach (var state in new[] { EquipmentState.Clean, EquipmentState.Dirty, EquipmentState.OutOfService })
        {
            (await Codes(() => plant.Floor.SetEquipmentStateAsync(new SetEquipmentStateRequest { RequestId = TestPlatform.RequestId(), EquipmentId = plant.Synthesiser, State = state }).ResponseAsync))
                .ShouldBe(["EQUIPMENT_TRANSITION_NOT_ALLOWED"]);
        }

        (await Codes(() => plant.CleanAsync(plant.Synthesiser))).ShouldBe(["EQUIPMENT_NOT_USABLE"]);
        (await Codes(() => ReleaseAsync(quality, order))).ShouldBe(["ORDER_STATE"]);
        await shift.BeginAsync();
        await shift.PrepareAsync();
        (await Codes(() => shift.StepAsync("synthesis", plant.Synthesiser))).ShouldBe(["EQUIPMENT_NOT_CLEAN"]);

        (await Codes(() => technician.FinishWorkAsync(Finish(order, 1)).ResponseAsync)).ShouldBe(["EVIDENCE_MISSING"]);
        order = (await technician.FinishWorkAsync(Finish(order, 1, 2))).Order;
        order.WorkedBy.ShouldBe("Terry");
        (await Codes(() => ReleaseAsync(Client(platform, "Terry", "qa"), order))).ShouldBe(["SECOND_PERSON_NEEDED"]);
        (await Codes(() => ReleaseAsync(Client(platform, "Rita", "qa"), order))).ShouldBe(["SECOND_PERSON_NEEDED"], "she answers for the work");
        order = await ReleaseAsync(quality, order);
        order.State.ShouldBe(MaintenanceState.Released);
        order.ReleaseSignature.SignerName.ShouldBe("Quinn");

        (await Codes(() => shift.StepAsync("synthesis", plant.Synthesiser))).ShouldBe(["EQUIPMENT_NOT_CLEAN"], "hands were in it");
        await plant.CleanAsync(plant.Synthesiser);
        await shift.StepAsync("synthesis", plant.Synthesiser);
    }

    [Fact]
    [Requirement("A194")]
    public async Task An_order_takes_the_time_of_a_cell_and_runs_take_it_from_orders()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var planner = Client(platform, "Pia", "planner");
        var run = await plant.RunAsync(TimeSpan.FromHours(2));
        var start = run.StartTime.ToDateTimeOffset();
        (await Codes(() => planner.OpenMaintenanceOrderAsync(Open(plant.HotCell, start.AddMinutes(30), MaintenanceKind.Preventive)).ResponseAsync)).ShouldBe(["RUNS_PLANNED"]);

        var order = (await planner.OpenMaintenanceOrderAsync(Open(plant.HotCell, start.AddHours(12), MaintenanceKind.Preventive))).Order;
        (await Codes(() => plant.RunAsync(start.AddHours(13) - platform.Now))).ShouldBe(["EQUIPMENT_IN_MAINTENANCE"]);
        (await Codes(() => planner.OpenMaintenanceOrderAsync(Open(plant.HotCell, start.AddHours(13), MaintenanceKind.Calibration)).ResponseAsync)).ShouldBe(["MAINTENANCE_PLANNED"]);

        (await planner.CancelMaintenanceOrderAsync(new CancelMaintenanceOrderRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Reason = "parts are late" })).Order.State.ShouldBe(MaintenanceState.Cancelled);
        await plant.RunAsync(start.AddHours(13) - platform.Now);
        (await planner.ListMaintenanceOrdersAsync(new ListMaintenanceOrdersRequest { SiteId = Plant.Site })).Orders.Single().OrderId.ShouldBe(order.OrderId);
    }

    [Fact]
    [Requirement("A194")]
    public async Task A_release_asks_for_passed_work_and_for_the_dates_that_its_kind_sets()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var (technician, quality) = (Client(platform, "Terry", "operator"), Client(platform, "Quinn", "qa"));
        var order = await DoneAsync(MaintenanceKind.Calibration, plant.Calibrator, passed: false);
        (await Codes(() => ReleaseAsync(quality, order, calibrated: platform.Now.AddDays(180)))).ShouldBe(["WORK_NOT_PASSED"]);
        order = (await quality.ReleaseToServiceAsync(new ReleaseToServiceRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Etag = order.Etag, Reason = "linearity once more" })).Order;
        order.State.ShouldBe(MaintenanceState.AtWork);
        order = (await technician.FinishWorkAsync(Finish(order, 1, 2))).Order;
        (await Codes(() => ReleaseAsync(quality, order))).ShouldBe(["FIELD_REQUIRED"]);
        (await Codes(() => ReleaseAsync(quality, order, calibrated: platform.Now))).ShouldBe(["EQUIPMENT_NOT_CALIBRATED"]);
        var due = platform.Now.AddDays(180);
        await ReleaseAsync(quality, order, calibrated: due);
        var calibrator = (await plant.Floor.ListEquipmentAsync(new ListEquipmentRequest { EquipmentClass = EquipmentClass.DoseCalibrator })).Equipment.Single();
        calibrator.CalibrationDueTime.ToDateTimeOffset().ShouldBe(due);
        calibrator.State.ShouldBe(EquipmentState.Dirty);

        // The qualification check of every release: what is overdue is not released without a new one.
        var old = await plant.AddAsync("SYN-9", EquipmentClass.Synthesiser, TimeSpan.FromHours(1));
        await platform.AdvanceAsync(TimeSpan.FromHours(2));
        order = await DoneAsync(MaintenanceKind.Preventive, old, passed: true);
        (await Codes(() => ReleaseAsync(quality, order))).ShouldBe(["EQUIPMENT_NOT_QUALIFIED"]);
        (await ReleaseAsync(quality, order, qualified: platform.Now.AddDays(365))).State.ShouldBe(MaintenanceState.Released);

        async Task<MaintenanceOrder> DoneAsync(MaintenanceKind kind, string equipment, bool passed)
        {
            var opened = (await technician.OpenMaintenanceOrderAsync(Open(equipment, platform.Now, kind))).Order;
            await technician.StartWorkAsync(new StartWorkRequest { RequestId = TestPlatform.RequestId(), OrderId = opened.OrderId });
            var finish = Finish(opened, 1, 2);
            finish.Evidence[1].Passed = passed;
            return (await technician.FinishWorkAsync(finish)).Order;
        }
    }

    [Fact]
    [Requirement("A194", "P02")]
    public async Task Nobody_opens_a_cell_that_is_not_clear_for_work()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.MakeAsync();
        var technician = Client(platform, "Terry", "operator");
        var order = (await technician.OpenMaintenanceOrderAsync(Open(shift.Plant.HotCell, platform.Now, MaintenanceKind.Corrective))).Order;
        (await Codes(() => technician.StartWorkAsync(new StartWorkRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId }).ResponseAsync)).ShouldBe(["HOT_CELL_NOT_CLEAR"]);
    }

    [Fact]
    [Requirement("A194")]
    public async Task An_order_has_a_plan_a_person_and_a_time_ahead()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        (await Codes(() => Client(platform, "Pia", "planner").OpenMaintenanceOrderAsync(new OpenMaintenanceOrderRequest
        {
            RequestId = TestPlatform.RequestId(), EquipmentId = plant.HotCell, StartTime = platform.Now.ToWire(), EndTime = platform.Now.ToWire(), Reason = "why",
        }).ResponseAsync)).ShouldBe(["FIELD_REQUIRED", "PLAN_REQUIRED", "FIELD_REQUIRED", "FIELD_REQUIRED", "END_NOT_AFTER_START", "END_TIME_IN_PAST"]);
    }

    static MaintenanceService.MaintenanceServiceClient Client(TestPlatform platform, string name, string role) => new(platform.AsNamed(name, role));

    static OpenMaintenanceOrderRequest Open(string equipment, DateTimeOffset start, MaintenanceKind kind) => new()
    {
        RequestId = TestPlatform.RequestId(), EquipmentId = equipment, Kind = kind, Plan = { "change the seals", "leak test" }, StartTime = start.ToWire(), EndTime = start.AddHours(4).ToWire(),
        ResponsibleId = "person:Rita", ResponsibleName = "Rita", Reason = "as planned",
    };

    static FinishWorkRequest Finish(MaintenanceOrder order, params int[] steps) => new()
    {
        RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Evidence = { steps.Select(s => new WorkEvidence { Step = s, Finding = "as it must be", Reference = $"report {s}", Passed = true }) },
    };

    static async Task<MaintenanceOrder> ReleaseAsync(MaintenanceService.MaintenanceServiceClient by, MaintenanceOrder order, DateTimeOffset? calibrated = null, DateTimeOffset? qualified = null) =>
        (await by.ReleaseToServiceAsync(new ReleaseToServiceRequest
        {
            RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Release = true, Etag = order.Etag, Reason = "work and evidence reviewed",
            CalibrationDueTime = calibrated.ToWire(), QualificationDueTime = qualified.ToWire(),
        })).Order;

    static async Task<IEnumerable<string>> Codes(Func<Task> call) => (await TestPlatform.RefusalsAsync(call)).Select(r => r.Code);
}
