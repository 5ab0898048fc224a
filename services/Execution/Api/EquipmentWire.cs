using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Platform.Rpc;

namespace Doseline.Execution.Api;

/// <summary>Equipment as sent.</summary>
static class EquipmentWire
{
    /// <summary>Equipment as its rules see it.</summary>
    public static Domain.Equipment ToDomain(this Equipment sent, DateTimeOffset qualificationDue, DateTimeOffset? calibrationDue) => new(
        sent.EquipmentId, sent.Code, (Domain.EquipmentClass)(int)sent.EquipmentClass, sent.SiteId, sent.RoomId, Domain.EquipmentState.Dirty,
        qualificationDue, calibrationDue, [.. sent.CrossCalibrations.Select(f => new Domain.CrossCalibration(f.Nuclide, f.Geometry, f.Setting, f.Factor))],
        sent.ClearanceLimitBq, null, null, null);

    /// <summary>A row as sent.</summary>
    /// <param name="row">The row.</param>
    /// <param name="pending">True while a change of it waits to be saved: the save gives it the next version.</param>
    public static Equipment ToWire(this EquipmentRow row, bool pending = false) => new()
    {
        EquipmentId = row.Id,
        Code = row.Code,
        EquipmentClass = (EquipmentClass)(int)row.Class,
        SiteId = row.SiteId,
        RoomId = row.RoomId,
        State = (EquipmentState)(int)row.State,
        QualificationDueTime = row.QualificationDueTime.ToWire(),
        CalibrationDueTime = row.CalibrationDueTime.ToWire(),
        CrossCalibrations =
        {
            Stored.Read<Domain.CrossCalibration>(row.CrossCalibrations)
                .Select(f => new CrossCalibration { Nuclide = f.Nuclide, Geometry = f.Geometry, Setting = f.Setting, Factor = f.Factor }),
        },
        ClearanceLimitBq = row.ClearanceLimitBq,
        BatchId = row.BatchId ?? "",
        Etag = row.Version + (pending ? 1 : 0),
    };

    /// <summary>A hot cell as sent.</summary>
    public static HotCell ToHotCell(this EquipmentRow row, DateTimeOffset now)
    {
        var clear = row.ClearTime is not { } at || at <= now;
        return new HotCell
        {
            Equipment = row.ToWire(),
            Phase = row.BatchId is not null ? HotCellPhase.Occupied
                : clear && row.State is Domain.EquipmentState.Clean ? HotCellPhase.Free : HotCellPhase.Changeover,
            Residual = row.Residual?.ToWire(),
            ClearTime = row.ClearTime.ToWire(),
            Clear = clear,
        };
    }
}
