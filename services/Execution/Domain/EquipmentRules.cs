using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>When equipment may be used, and how its states follow each other.</summary>
public static class EquipmentRules
{
    /// <summary>Code of a calibration that is overdue.</summary>
    public const string NotCalibrated = "EQUIPMENT_NOT_CALIBRATED";

    // From -> to. IN_USE is entered and left by batches, CLEAN by a cleaning, MAINTENANCE by an order; what is out of service comes back through an order.
    static readonly (EquipmentState From, EquipmentState To)[] Ways =
    [
        (EquipmentState.Clean, EquipmentState.Dirty), (EquipmentState.Clean, EquipmentState.OutOfService), (EquipmentState.Dirty, EquipmentState.OutOfService),
        (EquipmentState.InUse, EquipmentState.OutOfService),
    ];

    /// <summary>Whether a person may move the equipment to another state.</summary>
    public static Decision<EquipmentState> Move(Equipment equipment, EquipmentState to)
    {
        if (Ways.Contains((equipment.State, to))) return to;
        return Refusal.State($"equipment/{equipment.Id}", "EQUIPMENT_TRANSITION_NOT_ALLOWED", $"{equipment.Code} cannot go from {equipment.State} to {to}.")
            .With("from_state", equipment.State).With("to_state", to)
            .With("allowed_states", string.Join(',', Ways.Where(w => w.From == equipment.State).Select(w => w.To)));
    }

    /// <summary>Every reason why a batch may not use the equipment now (A015, A020, A252).</summary>
    /// <param name="equipment">The equipment.</param>
    /// <param name="batchId">Batch that wants it; it may already have it.</param>
    /// <param name="now">Now.</param>
    public static List<Refusal> Use(Equipment equipment, string batchId, DateTimeOffset now)
    {
        var resource = $"equipment/{equipment.Id}";
        List<Refusal> refusals = [];
        if (equipment.BatchId is { } other && other != batchId)
            refusals.Add(Refusal.State(resource, "EQUIPMENT_OCCUPIED", $"{equipment.Code} is in use by another batch.").With("batch_id", other));
        var own = equipment.State is EquipmentState.InUse && equipment.BatchId == batchId;
        if (!own && equipment.State is not (EquipmentState.Clean or EquipmentState.InUse))
            refusals.Add(Refusal.State(resource, "EQUIPMENT_NOT_CLEAN", $"{equipment.Code} is {equipment.State}; it must be clean and free.").With("state", equipment.State));
        refusals.AddRange(Due(equipment, now));
        if (!own && equipment.Class is EquipmentClass.HotCell && !equipment.IsClear(now)) refusals.Add(NotClear(equipment, now));
        return refusals;
    }

    /// <summary>What is overdue on the equipment: qualification, calibration.</summary>
    public static IEnumerable<Refusal> Due(Equipment equipment, DateTimeOffset now)
    {
        var resource = $"equipment/{equipment.Id}";
        if (now >= equipment.QualificationDue)
        {
            yield return Refusal.State(resource, "EQUIPMENT_NOT_QUALIFIED", $"The qualification of {equipment.Code} is overdue.")
                .With("qualification_due_time", equipment.QualificationDue).With("now_time", now);
        }
        if (equipment.CalibrationDue is { } due && now >= due)
        {
            yield return Refusal.State(resource, NotCalibrated, $"The calibration of {equipment.Code} is overdue.")
                .With("calibration_due_time", due).With("now_time", now);
        }
    }

    /// <summary>The refusal of a hot cell that is not clear.</summary>
    public static Refusal NotClear(Equipment equipment, DateTimeOffset now) =>
        Refusal.State($"equipment/{equipment.Id}", "HOT_CELL_NOT_CLEAR", $"{equipment.Code} is not clear: clean it out, and survey it or let it decay.")
            .With("clear_time", equipment.Clear).With("limit_bq", equipment.ClearanceLimitBq).With("residual_bq", equipment.Residual?.At(now).Bq);

    /// <summary>Checks master data of a piece of equipment.</summary>
    public static Decision<Equipment> Check(Equipment equipment)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(equipment.Code, "equipment.code", 64);
        refusals.RequireText(equipment.SiteId, "equipment.site_id", 64);
        refusals.RequireText(equipment.RoomId, "equipment.room_id", 64);
        if (equipment.Procedure is not "") refusals.RequireText(equipment.Procedure, "equipment.procedure", 64);
        if (equipment.Class is EquipmentClass.Unspecified || !Enum.IsDefined(equipment.Class))
            refusals.Add(Refusal.Invalid("equipment.equipment_class", "EQUIPMENT_CLASS_REQUIRED", "equipment_class is required."));
        if (equipment.Class is EquipmentClass.HotCell) refusals.RequirePositive(equipment.ClearanceLimitBq, "equipment.clearance_limit_bq");
        if (equipment.Class is EquipmentClass.DoseCalibrator && equipment.CalibrationDue is null)
            refusals.Add(Refusal.Invalid("equipment.calibration_due_time", "CALIBRATION_DUE_REQUIRED", "A dose calibrator has a calibration due time."));
        if (equipment.Class is EquipmentClass.DoseCalibrator && equipment.Factors.Count == 0)
            refusals.Add(Refusal.Invalid("equipment.cross_calibrations", "CROSS_CALIBRATION_REQUIRED", "A dose calibrator has at least one cross-calibration factor."));
        foreach (var (factor, index) in equipment.Factors.Select((f, i) => (f, i)))
        {
            refusals.RequireText(factor.Nuclide, $"equipment.cross_calibrations[{index}].nuclide", 16);
            refusals.RequireText(factor.Geometry, $"equipment.cross_calibrations[{index}].geometry", 64);
            refusals.RequireText(factor.Setting, $"equipment.cross_calibrations[{index}].setting", 64);
            refusals.RequirePositive(factor.Factor, $"equipment.cross_calibrations[{index}].factor");
        }

        return refusals is [] ? equipment : refusals;
    }
}
