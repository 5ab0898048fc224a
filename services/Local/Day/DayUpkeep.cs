using Doseline.Execution.V1;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;

namespace Doseline.Local.Day;

/// <summary>The workshop: opens orders of work on equipment, does them, and has quality release what was worked on.</summary>
sealed class DayUpkeep(DayInput input, DayPeople people, DayKeys keys, DaySetup setup)
{
    static readonly TimeSpan HoldsFor = TimeSpan.FromDays(180);

    readonly MaintenanceService.MaintenanceServiceClient planner = new(people.Planner);
    readonly MaintenanceService.MaintenanceServiceClient technician = new(people.Operator);
    readonly MaintenanceService.MaintenanceServiceClient quality = new(people.Qa);
    readonly Dictionary<string, MaintenanceOrder> orders = new(StringComparer.Ordinal);

    /// <summary>Work that a breakdown makes.</summary>
    public static MaintenanceInput RepairOf(Incident breakdown, string site) =>
        new($"repair {breakdown.Equipment} {breakdown.From:yyyy-MM-dd}", breakdown.Equipment, site, "corrective", ["mend", "try under load"], breakdown.From!.Value, breakdown.Until!.Value, breakdown.Reason);

    /// <summary>Opens an order.</summary>
    public async Task OpenAsync(MaintenanceInput work)
    {
        var (id, name) = await people.WhoVerifiesAsync();
        orders[work.Order] = (await planner.OpenMaintenanceOrderAsync(new OpenMaintenanceOrderRequest
        {
            RequestId = keys.Of("work", work.Order), EquipmentId = setup.Equipment[work.Equipment], Kind = Enum.Parse<MaintenanceKind>(work.Kind, ignoreCase: true), Plan = { work.Plan },
            StartTime = work.Start.ToWire(), EndTime = work.End.ToWire(), ResponsibleId = id, ResponsibleName = name, Reason = work.Reason,
        })).Order;
    }

    /// <summary>Begins the work.</summary>
    public async Task StartAsync(MaintenanceInput work) =>
        await technician.StartWorkAsync(new StartWorkRequest { RequestId = keys.Of("work-start", work.Order), OrderId = orders[work.Order].OrderId });

    /// <summary>Ends the work.</summary>
    public async Task FinishAsync(MaintenanceInput work) => orders[work.Order] = (await technician.FinishWorkAsync(new FinishWorkRequest
    {
        RequestId = keys.Of("work-finish", work.Order), OrderId = orders[work.Order].OrderId,
        Evidence = { work.Plan.Select((step, at) => new WorkEvidence { Step = at + 1, Finding = $"{step}: as it must be", Reference = $"{work.Order}/{at + 1}", Passed = true }) },
    })).Order;

    /// <summary>Releases the equipment to service.</summary>
    public async Task ReleaseAsync(MaintenanceInput work, DateTimeOffset now)
    {
        var order = orders[work.Order];
        await quality.ReleaseToServiceAsync(new ReleaseToServiceRequest
        {
            RequestId = keys.Of("work-release", work.Order), OrderId = order.OrderId, Release = true, Etag = order.Etag, Reason = "work and evidence reviewed",
            CalibrationDueTime = order.Kind is MaintenanceKind.Calibration ? (now + HoldsFor).ToWire() : null,
            QualificationDueTime = order.Kind is MaintenanceKind.Qualification ? (now + HoldsFor).ToWire() : null,
        });
    }

    /// <summary>Equipment breaks: nobody uses it any more.</summary>
    public async Task BreakAsync(Incident breakdown) => await new EquipmentService.EquipmentServiceClient(people.Operator).SetEquipmentStateAsync(new SetEquipmentStateRequest
    {
        RequestId = keys.Of("broken", breakdown.Equipment, $"{breakdown.From:O}"), EquipmentId = setup.Equipment[breakdown.Equipment], State = EquipmentState.OutOfService, Reason = breakdown.Reason,
    });

    /// <summary>Site of a piece of equipment.</summary>
    public string SiteOf(string equipment) => input.Equipment.Single(e => e.Equipment == equipment).Site;
}
