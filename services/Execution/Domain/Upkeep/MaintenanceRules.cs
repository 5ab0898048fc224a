using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain.Upkeep;

/// <summary>Equipment as its release to service leaves it.</summary>
/// <param name="QualificationDue">Qualified until.</param>
/// <param name="CalibrationDue">Calibrated until; null when it is not calibrated.</param>
public sealed record BackInService(DateTimeOffset QualificationDue, DateTimeOffset? CalibrationDue);

/// <summary>How orders go from plan to release: nothing comes back from maintenance but by somebody who neither did the work nor answers for it (A194).</summary>
public static class MaintenanceRules
{
    const int StepsMax = 100;

    /// <summary>Every reason why an order cannot be opened.</summary>
    /// <param name="order">The order as asked for.</param>
    /// <param name="equipment">Equipment.</param>
    /// <param name="runIds">Runs planned in the equipment at that time.</param>
    /// <param name="others">Other orders for the equipment.</param>
    /// <param name="now">Now.</param>
    public static List<Refusal> Opening(MaintenanceOrder order, Equipment equipment, IReadOnlyList<string> runIds, IReadOnlyList<MaintenanceOrder> others, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        var resource = $"equipment/{equipment.Id}";
        if (!Enum.IsDefined(order.Kind)) refusals.Add(Refusal.Invalid("kind", "FIELD_REQUIRED", "kind is required."));
        if (order.Plan is [] || order.Plan.Count > StepsMax) refusals.Add(Refusal.Invalid("plan", "PLAN_REQUIRED", $"A plan has between 1 and {StepsMax} steps.").With("step_count", order.Plan.Count));
        foreach (var (step, at) in order.Plan.Select((s, i) => (s, i))) refusals.RequireText(step, $"plan[{at}]", 500);
        refusals.RequireText(order.ResponsibleId, "responsible_id", 128);
        refusals.RequireText(order.ResponsibleName, "responsible_name", 128);
        if (order.End <= order.Start) refusals.Add(Refusal.Invalid("end_time", "END_NOT_AFTER_START", "The work ends after it begins.").With("start_time", order.Start).With("end_time", order.End));
        if (order.End <= now) refusals.Add(Refusal.Invalid("end_time", "END_TIME_IN_PAST", "Work is planned ahead.").With("end_time", order.End).With("now_time", now));
        // A thing that is broken is broken, whatever was planned with it; those runs are moved or cancelled next.
        if (runIds is not [] && order.Kind is not MaintenanceKind.Corrective)
            refusals.Add(Refusal.State(resource, "RUNS_PLANNED", $"{equipment.Code} is planned for runs then; move or cancel them first.").With("run_ids", string.Join(',', runIds)));
        if (others.FirstOrDefault(o => o.Takes(order.Start, order.End)) is { } other)
            refusals.Add(Refusal.State(resource, "MAINTENANCE_PLANNED", $"{equipment.Code} has another order then.").With("order_id", other.Id).With("end_time", other.End));
        return refusals;
    }

    /// <summary>Every reason why work cannot begin.</summary>
    public static List<Refusal> Starting(MaintenanceOrder order, Equipment equipment, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        refusals.AddRange(In(order, MaintenanceState.Planned));
        var resource = $"equipment/{equipment.Id}";
        if (equipment.BatchId is { } batch)
            refusals.Add(Refusal.State(resource, "EQUIPMENT_OCCUPIED", $"{equipment.Code} is in use by a batch.").With("batch_id", batch));
        if (equipment.OrderId is { } other)
            refusals.Add(Refusal.State(resource, "EQUIPMENT_IN_MAINTENANCE", $"{equipment.Code} is in maintenance already.").With("order_id", other));
        // Nobody opens a cell for work while activity is in it.
        if (!equipment.IsClear(now))
            refusals.Add(EquipmentRules.NotClear(equipment, now));
        return refusals;
    }

    /// <summary>Every reason why the work is not done.</summary>
    public static List<Refusal> Finishing(MaintenanceOrder order, IReadOnlyList<WorkEvidence> evidence)
    {
        List<Refusal> refusals = [];
        refusals.AddRange(In(order, MaintenanceState.AtWork));
        for (var step = 1; step <= order.Plan.Count; step++)
        {
            var of = evidence.Count(e => e.Step == step);
            if (of == 0) refusals.Add(Refusal.Invalid("evidence", "EVIDENCE_MISSING", $"Step {step} of the plan has no evidence.").With("step", step));
            if (of > 1) refusals.Add(Refusal.Invalid("evidence", "EVIDENCE_TWICE", $"Step {step} of the plan has evidence {of} times.").With("step", step));
        }

        foreach (var (one, at) in evidence.Select((e, i) => (e, i)))
        {
            if (one.Step < 1 || one.Step > order.Plan.Count) refusals.Add(Refusal.Invalid($"evidence[{at}].step", "STEP_UNKNOWN", $"The plan has {order.Plan.Count} steps.").With("step", one.Step));
            refusals.RequireText(one.Finding, $"evidence[{at}].finding", 2000);
            refusals.RequireText(one.Reference, $"evidence[{at}].reference", 500);
        }

        return refusals;
    }

    /// <summary>Whether equipment may go back to service, and with which dates.</summary>
    /// <param name="order">Order.</param>
    /// <param name="equipment">Equipment.</param>
    /// <param name="personId">Who releases.</param>
    /// <param name="calibrationDue">Calibrated until, as given; null when not given.</param>
    /// <param name="qualificationDue">Qualified until, as given; null when not given.</param>
    /// <param name="now">Now.</param>
    public static Decision<BackInService> Release(
        MaintenanceOrder order, Equipment equipment, string personId, DateTimeOffset? calibrationDue, DateTimeOffset? qualificationDue, DateTimeOffset now)
    {
        var refusals = Judging(order, personId);
        if (order.Evidence.Where(e => !e.Passed).Select(e => e.Step).ToList() is [_, ..] failed)
            refusals.Add(Refusal.State($"orders/{order.Id}", "WORK_NOT_PASSED", "Steps of the plan did not come out as they must.").With("steps", string.Join(',', failed)));
        if (order.Kind is MaintenanceKind.Calibration && calibrationDue is null)
            refusals.Add(Refusal.Invalid("calibration_due_time", "FIELD_REQUIRED", "A calibration says until when it holds."));
        if (order.Kind is MaintenanceKind.Qualification && qualificationDue is null)
            refusals.Add(Refusal.Invalid("qualification_due_time", "FIELD_REQUIRED", "A qualification says until when it holds."));
        var (calibrated, qualified) = (calibrationDue ?? equipment.CalibrationDue, qualificationDue ?? equipment.QualificationDue);
        if (calibrated <= now)
            refusals.Add(Refusal.State($"equipment/{equipment.Id}", "EQUIPMENT_NOT_CALIBRATED", $"The calibration of {equipment.Code} is overdue.").With("calibration_due_time", calibrated).With("now_time", now));
        // The qualification check of the release (A194).
        if (qualified <= now)
            refusals.Add(Refusal.State($"equipment/{equipment.Id}", "EQUIPMENT_NOT_QUALIFIED", $"The qualification of {equipment.Code} is overdue.").With("qualification_due_time", qualified).With("now_time", now));
        return refusals is [] ? new BackInService(qualified, calibrated) : refusals;
    }

    /// <summary>Every reason why a person cannot judge the work, whatever the judgement.</summary>
    public static List<Refusal> Judging(MaintenanceOrder order, string personId)
    {
        List<Refusal> refusals = [];
        refusals.AddRange(In(order, MaintenanceState.Done));
        if (order.WorkerId == personId || order.ResponsibleId == personId)
            refusals.Add(Refusal.Denied($"orders/{order.Id}", "SECOND_PERSON_NEEDED", "Work is judged by another person than who did it or answers for it."));
        return refusals;
    }

    /// <summary>Every reason why an order cannot be given up.</summary>
    public static List<Refusal> Cancelling(MaintenanceOrder order) => [.. In(order, MaintenanceState.Planned)];

    static IEnumerable<Refusal> In(MaintenanceOrder order, MaintenanceState state)
    {
        if (order.State != state)
            yield return Refusal.State($"orders/{order.Id}", "ORDER_STATE", $"The order is {order.State}; this is done to one that is {state}.").With("state", order.State).With("state_needed", state);
    }
}
