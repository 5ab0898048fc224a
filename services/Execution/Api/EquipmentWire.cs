using Doseline.Execution.Data;
using Doseline.Execution.Domain.Cells;
using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Cleaning = Doseline.Execution.Domain.Upkeep.Cleaning;
using CleaningRules = Doseline.Execution.Domain.Upkeep.CleaningRules;

namespace Doseline.Execution.Api;

/// <summary>Equipment as sent.</summary>
static class EquipmentWire
{
    /// <summary>Equipment as its rules see it.</summary>
    public static Domain.Equipment ToDomain(this Equipment sent, DateTimeOffset qualificationDue, DateTimeOffset? calibrationDue) => new(
        sent.EquipmentId, sent.Code, (Domain.EquipmentClass)(int)sent.EquipmentClass, sent.SiteId, sent.RoomId, Domain.EquipmentState.Dirty,
        qualificationDue, calibrationDue, [.. sent.CrossCalibrations.Select(f => new Domain.CrossCalibration(f.Nuclide, f.Geometry, f.Setting, f.Factor))],
        sent.ClearanceLimitBq, null) { Procedure = sent.Procedure };

    /// <summary>Tells those who judge readings what holds of a piece of equipment from now on.</summary>
    public static void Tell(this ExecutionDb db, EquipmentRow row) => db.Publish(row.Id, new EquipmentChanged
    {
        EquipmentId = row.Id,
        Code = row.Code,
        EquipmentClass = (EquipmentClass)(int)row.Class,
        SiteId = row.SiteId,
        InService = row.ToDomain().ToInstrument().InService,
        QualificationDueTime = row.QualificationDueTime.ToWire(),
        CalibrationDueTime = row.CalibrationDueTime.ToWire(),
        Procedure = row.Procedure,
    });

    /// <summary>A row as sent.</summary>
    /// <param name="row">The row.</param>
    /// <param name="rules">Rules of its site for cleaning.</param>
    /// <param name="version">The version that a save under way gives it; null for its own.</param>
    public static Equipment ToWire(this EquipmentRow row, CleaningRules rules, long? version = null) => new()
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
        Etag = version ?? row.Version,
        Cleaning = Stored.ReadOne<Cleaning>(row.Cleaning) is { } cleaning
            ? new V1.Cleaning { Level = cleaning.Level, Procedure = cleaning.Procedure, CleanTime = cleaning.Time.ToWire(), ExpireTime = rules.LapseOf(cleaning).ToWire(), CleanedBy = cleaning.By }
            : null,
        LastProductCode = row.LastProduct ?? "",
        LastNuclide = row.LastNuclide ?? "",
        MaintenanceOrderId = row.OrderId ?? "",
        Procedure = row.Procedure,
    };

    /// <summary>A hot cell as sent.</summary>
    /// <param name="file">The cell.</param>
    /// <param name="survey">Its last survey since it was used; null for none.</param>
    /// <param name="rules">Rules of its site for cleaning.</param>
    /// <param name="now">Now.</param>
    public static HotCell ToWire(this CellFile file, CellSurveyRow? survey, CleaningRules rules, DateTimeOffset now)
    {
        var row = file.Cell;
        var clear = row.ToDomain().IsClear(now);
        return new HotCell
        {
            Equipment = row.ToWire(rules),
            Phase = row.BatchId is not null ? HotCellPhase.Occupied
                : clear && row.State is Domain.EquipmentState.Clean ? HotCellPhase.Free : HotCellPhase.Changeover,
            Residual = row.Residual?.ToWire(),
            ClearTime = row.ClearTime.ToWire(),
            Clear = clear,
            Items = { file.Items.Select(ToWire) },
            Remaining = { file.Contents.RemainingAt(now).Select(a => a.ToWire()) },
            Unexplained = { file.Contents.UnexplainedAt(now).Select(a => a.ToWire()) },
            Survey = survey?.ToWire(),
            Clearance = Stored.ReadOne<Clearance>(row.Clearance)?.ToWire(),
        };
    }

    /// <summary>An item of a cell as sent.</summary>
    public static V1.CellItem ToWire(this CellItemRow row) => new()
    {
        WasteId = row.Id,
        BatchId = row.BatchId,
        Kind = (V1.CellItemKind)(int)row.Kind,
        Contents = { Stored.ReadActivities(row.Contents).Select(a => a.ToWire()) },
        Note = row.Note,
        EntryTime = row.Time.ToWire(),
        EnteredBy = row.DoneByName,
    };

    /// <summary>A survey as sent.</summary>
    public static V1.CellSurvey ToWire(this CellSurveyRow row)
    {
        var survey = Stored.ReadOne<Domain.Cells.CellSurvey>(row.Survey)!;
        return new V1.CellSurvey
        {
            SurveyId = row.Id,
            InstrumentId = row.InstrumentId,
            InstrumentCode = row.InstrumentCode,
            BackgroundCpm = survey.BackgroundCpm,
            CountSeconds = survey.CountSeconds,
            Efficiency = survey.Efficiency,
            Readings = { survey.Readings.Select(r => new V1.CellReading { Place = r.Place, GrossCpm = r.GrossCpm, MeasuredCm2 = r.MeasuredCm2, StandsForCm2 = r.StandsForCm2 }) },
            Measured = row.Measured.ToWire(),
            LimitBq = row.LimitBq,
            Passed = row.Passed,
            SurveyTime = row.Time.ToWire(),
            SurveyedBy = row.DoneByName,
        };
    }

    /// <summary>A clearance as sent.</summary>
    public static CellClearance ToWire(this Clearance clearance) => new()
    {
        Basis = (V1.ClearanceBasis)(int)clearance.Basis,
        FoundBq = clearance.FoundBq,
        LimitBq = clearance.LimitBq,
        SurveyId = clearance.SurveyId,
        ClearTime = clearance.Time.ToWire(),
        ClearedBy = clearance.By,
    };
}
