using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using BatchState = Doseline.Execution.V1.BatchState;
using InputType = Doseline.Execution.V1.InputType;
using InstrumentReading = Doseline.Execution.V1.InstrumentReading;
using MovementKind = Doseline.Execution.V1.MovementKind;
using RecipeStep = Doseline.Execution.Domain.RecipeStep;
using StepKind = Doseline.Execution.V1.StepKind;

namespace Doseline.Execution.Api;

/// <summary>Batches and their records as sent.</summary>
static class BatchWire
{
    public static Batch ToWire(this BatchRow row) => new()
    {
        BatchId = row.Id,
        BatchNumber = row.Number,
        RunId = row.RunId,
        SiteId = row.SiteId,
        HotCellId = row.HotCellId,
        RoomId = row.RoomId,
        ProductCode = row.ProductCode,
        ProductName = row.ProductName,
        RecipeCode = row.RecipeCode,
        RecipeVersion = row.RecipeVersion,
        RecipeHash = row.RecipeHash,
        State = (BatchState)(int)row.State,
        OnHold = row.OnHold,
        StartTime = row.StartedTime.ToWire(),
        EndOfSynthesisTime = row.EndOfSynthesisTime.ToWire(),
        Bulk = row.Bulk?.ToWire(),
        BulkVolumeMl = row.BulkVolumeMl,
        FinishTime = row.FinishedTime.ToWire(),
        CloseTime = row.ClosedTime.ToWire(),
        ReopenTime = row.ReopenedTime.ToWire(),
        ReopenReason = row.ReopenReason,
        RecordVersion = row.RecordVersion,
        RecordHash = row.RecordHash,
        BulkReading = Stored.ReadReading(row.BulkReading)?.ToWire(),
    };

    public static BatchStep ToWire(this StepRow row, RecipeStep step) => new()
    {
        StepId = row.StepId,
        Title = step.Title,
        Kind = (StepKind)(int)step.Kind,
        State = (BatchStepState)(int)row.State,
        StartTime = row.StartedTime.ToWire(),
        StartedBy = row.StartedByName ?? "",
        EquipmentIds = { Stored.Read<string>(row.EquipmentIds) },
        CompleteTime = row.CompletedTime.ToWire(),
        PerformedBy = row.CompletedByName ?? "",
        VerifyTime = row.VerifiedTime.ToWire(),
        VerifiedBy = row.VerifiedByName ?? "",
        Values =
        {
            Stored.Read<InputValue>(row.Inputs).Select(v => new RecordedValue
            {
                Code = v.Code,
                Type = (InputType)(int)v.Type,
                Value = v.Value,
                Unit = step.Inputs.FirstOrDefault(i => i.Code == v.Code)?.Unit ?? "",
                InLimit = v.InLimit,
            }),
        },
        Comment = row.Comment,
        PerformedSignature = Stored.ReadSignature(row.PerformedSignature),
        VerifiedSignature = Stored.ReadSignature(row.VerifiedSignature),
    };

    public static BatchMovement ToWire(this MovementRow row) => new()
    {
        MovementId = row.Id,
        Kind = (MovementKind)(int)row.Kind,
        StepId = row.StepId,
        ReferenceId = row.ReferenceId,
        MaterialCode = row.MaterialCode,
        Activity = row.Activity?.ToWire(),
        Impurities = { Stored.ReadActivities(row.Impurities).Select(a => a.ToWire()) },
        Quantity = (double)row.Quantity,
        Unit = row.Unit,
        VolumeMl = row.VolumeMl,
        Note = row.Note,
        EntryTime = row.Time.ToWire(),
        DoneBy = row.DoneByName,
        Reading = Stored.ReadReading(row.Reading)?.ToWire(),
    };

    static InstrumentReading ToWire(this Domain.InstrumentReading reading) => new()
    {
        InstrumentId = reading.InstrumentId,
        InstrumentCode = reading.InstrumentCode,
        Setting = reading.Setting,
        Geometry = reading.Geometry,
        Factor = reading.Factor,
        Reading = reading.Shown.ToWire(),
        CalibrationDueTime = reading.CalibrationDue.ToWire(),
    };

    public static BatchException ToWire(this ExceptionRow row)
    {
        BatchException sent = new()
        {
            ExceptionId = row.Id,
            Code = row.Code,
            Summary = row.Summary,
            DoseId = row.DoseId,
            StepId = row.StepId,
            State = (BatchExceptionState)(int)row.State,
            DeviationId = row.DeviationId ?? "",
            RaiseTime = row.RaisedTime.ToWire(),
            RaisedBy = row.RaisedByName,
            Resolution = row.Resolution ?? "",
            ResolveTime = row.ResolvedTime.ToWire(),
            ResolvedBy = row.ResolvedByName ?? "",
        };
        foreach (var (key, value) in Stored.ReadNumbers(row.Numbers)) sent.Numbers[key] = value;
        return sent;
    }

    public static Balance ToWire(this ActivityBalance balance) => new()
    {
        Issued = balance.Line(balance.Issued).ToWire(),
        Dispensed = balance.Line(balance.Dispensed).ToWire(),
        Samples = balance.Line(balance.Samples).ToWire(),
        Waste = balance.Line(balance.Waste).ToWire(),
        Loss = balance.Line(balance.Loss).ToWire(),
        UnexplainedFraction = balance.UnexplainedFraction,
        ToleranceFraction = balance.Tolerance,
    };

    /// <summary>The whole record.</summary>
    public static BatchRecord ToWire(this BatchFile file) => new()
    {
        Batch = file.Batch.ToWire(),
        Recipe = RecipeWire.Document(file.Batch.Recipe),
        Steps = { file.Steps.Select(s => s.ToWire(file.Recipe.Step(s.StepId)!)) },
        Movements = { file.Movements.Select(ToWire) },
        Exceptions = { file.Exceptions.Select(ToWire) },
        Doses = { file.Doses.Select(d => d.ToRecorded(file.Batch)) },
        Balance = file.Balance?.ToWire(),
    };
}
