using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using WorkEvidence = Doseline.Execution.Domain.Upkeep.WorkEvidence;

namespace Doseline.Execution.Api;

/// <summary>Maintenance orders as sent.</summary>
static class MaintenanceWire
{
    /// <summary>A row as sent.</summary>
    /// <param name="row">The row.</param>
    /// <param name="version">The version that a save under way gives it; null for its own.</param>
    public static MaintenanceOrder ToWire(this MaintenanceOrderRow row, long? version = null) => new()
    {
        OrderId = row.Id,
        EquipmentId = row.EquipmentId,
        EquipmentCode = row.EquipmentCode,
        SiteId = row.SiteId,
        Kind = (MaintenanceKind)(int)row.Kind,
        Plan = { Stored.Read<string>(row.WorkPlan) },
        StartTime = row.StartTime.ToWire(),
        EndTime = row.EndTime.ToWire(),
        ResponsibleId = row.ResponsibleId,
        ResponsibleName = row.ResponsibleName,
        State = (MaintenanceState)(int)row.State,
        Evidence = { Stored.Read<WorkEvidence>(row.Evidence).Select(e => new V1.WorkEvidence { Step = e.Step, Finding = e.Finding, Reference = e.Reference, Passed = e.Passed }) },
        WorkStartTime = row.WorkStartedTime.ToWire(),
        WorkEndTime = row.WorkDoneTime.ToWire(),
        WorkedBy = row.WorkerName ?? "",
        CloseTime = row.ClosedTime.ToWire(),
        ClosedBy = row.ClosedByName ?? "",
        Reason = row.Reason,
        Etag = version ?? row.Version,
        ReleaseSignature = Stored.ReadSignature(row.ReleaseSignature),
    };
}
