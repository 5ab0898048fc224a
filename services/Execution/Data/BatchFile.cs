using Doseline.Execution.Api;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Platform.Rpc;
using BatchState = Doseline.Execution.Domain.BatchState;
using InstrumentReading = Doseline.Execution.Domain.InstrumentReading;
using MovementKind = Doseline.Execution.Domain.MovementKind;
using Recipe = Doseline.Execution.Domain.Recipe;
using RecipeStep = Doseline.Execution.Domain.RecipeStep;
using StepKind = Doseline.Execution.Domain.StepKind;

namespace Doseline.Execution.Data;

/// <summary>
/// A batch with everything its record is made of, loaded to be written to. Every entry goes through <see cref="Entry"/>, which moves the
/// version of the record: two people who write at once meet at that version, and one of them reads again.
/// </summary>
sealed class BatchFile
{
    readonly ExecutionDb db;

    BatchFile(ExecutionDb db, BatchRow batch) => (this.db, Batch) = (db, batch);

    public BatchRow Batch { get; }
    public required Recipe Recipe { get; init; }
    public required List<StepRow> Steps { get; init; }
    public required List<MovementRow> Movements { get; init; }
    public required List<ExceptionRow> Exceptions { get; init; }
    public required List<DoseRow> Doses { get; init; }

    /// <summary>Loads a batch for the caller; null when there is none.</summary>
    public static async Task<BatchFile?> FindAsync(ExecutionDb db, string batchId, CancellationToken cancel)
    {
        var (found, steps, movements, exceptions, doses) = await db.LoadAsync(
            db.One<BatchRow>(batchId), db.All<StepRow>(nameof(StepRow.BatchId), batchId), db.All<MovementRow>(nameof(MovementRow.BatchId), batchId),
            db.All<ExceptionRow>(nameof(ExceptionRow.BatchId), batchId), db.All<DoseRow>(nameof(DoseRow.BatchId), batchId), cancel);
        return found is not { } batch ? null : new BatchFile(db, batch)
        {
            Recipe = RecipeWire.Document(batch.Recipe).ToDomain(),
            Steps = [.. steps.OrderBy(s => s.Position)],
            Movements = [.. movements.OrderBy(m => m.Time)],
            Exceptions = [.. exceptions.OrderBy(e => e.RaisedTime)],
            Doses = doses,
        };
    }

    /// <summary>Loads a batch for the caller of this request, who must have rights at its site.</summary>
    public static async Task<BatchFile> OpenAsync(ExecutionDb db, string batchId, CancellationToken cancel)
    {
        var file = await FindAsync(db, batchId, cancel)
            ?? throw new RefusedException(Refusal.Missing($"batches/{batchId}", "BATCH_UNKNOWN", "There is no such batch."));
        db.Request.Caller.RequireSite(file.Batch.SiteId);
        return file;
    }

    /// <summary>As <see cref="OpenAsync"/>, for an entry of production: refused when the batch is not running, on hold, or newer than what the caller read.</summary>
    /// <param name="db">Database.</param>
    /// <param name="batchId">Batch.</param>
    /// <param name="expectedRecordVersion">Version of the record as read; 0 when not compared.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<BatchFile> OpenToProduceAsync(ExecutionDb db, string batchId, long expectedRecordVersion, CancellationToken cancel)
    {
        var file = await OpenAsync(db, batchId, cancel);
        var batch = file.Batch;
        if (expectedRecordVersion != 0 && expectedRecordVersion != batch.RecordVersion)
            throw new RefusedException(Refusal.Stale($"batches/{batchId}", expectedRecordVersion, batch.RecordVersion));
        List<Refusal> refusals = [];
        if (batch.State is not BatchState.Running)
            refusals.Add(Refusal.State($"batches/{batchId}", "BATCH_NOT_RUNNING", $"The batch is {batch.State}.").With("state", batch.State));
        if (batch.OnHold)
        {
            refusals.Add(Refusal.State($"batches/{batchId}", "BATCH_ON_HOLD", "The batch is on hold until its exceptions are resolved.")
                .With("exception_ids", string.Join(',', file.Exceptions.Where(e => e.State is ExceptionState.Open).Select(e => e.Id))));
        }
        refusals.ThrowIfAny();
        return file;
    }

    /// <summary>Movements as the rules see them.</summary>
    public IReadOnlyList<Movement> Lines => [.. Movements.Select(m => m.ToDomain())];

    /// <summary>The balance; null while nothing radioactive was issued.</summary>
    public ActivityBalance? Balance => ActivityBalance.Of(Lines, Recipe.BalanceTolerance);

    /// <summary>State of every step.</summary>
    public IReadOnlyDictionary<string, StepState> States => Steps.ToDictionary(s => s.StepId, s => s.State, StringComparer.Ordinal);

    /// <summary>What the rules of finishing look at.</summary>
    public BatchFacts Facts => new(Batch.Id, Batch.State, [.. Steps.Select(s => (s.StepId, s.State))], [.. Doses.Select(d => d.ToDomain())],
        [.. Exceptions.Where(e => e.State is ExceptionState.Open).Select(e => (e.Id, e.Code))])
    {
        SignaturesMissing =
        [
            .. Steps.Where(s => s.CompletedTime is not null && s.PerformedSignature is null && Recipe.Step(s.StepId)!.Signs(RecipeStep.Performed)).Select(s => (s.StepId, RecipeStep.Performed)),
            .. Steps.Where(s => s.VerifiedTime is not null && s.VerifiedSignature is null && Recipe.Step(s.StepId)!.Signs(RecipeStep.Verified)).Select(s => (s.StepId, RecipeStep.Verified)),
        ],
    };

    /// <summary>The step, or a refusal.</summary>
    public StepRow Step(string stepId) => Steps.FirstOrDefault(s => s.StepId == stepId) ?? throw new RefusedException(StepRules.Unknown(stepId));

    /// <summary>The running step of a kind, or a refusal: material moves only within the step that says so.</summary>
    public StepRow Running(StepKind kind, string? stepId = null)
    {
        var step = Steps.FirstOrDefault(s => s.State is StepState.Running && Recipe.Step(s.StepId)!.Kind == kind && (stepId is null || s.StepId == stepId));
        return step ?? throw new RefusedException(Refusal.State($"batches/{Batch.Id}", "STEP_NOT_RUNNING", $"No {kind} step{(stepId is null ? "" : $" '{stepId}'")} is running.").With("step_kind", kind).With("step_id", stepId));
    }

    /// <summary>Notes that the record is one entry longer.</summary>
    public void Entry() => Batch.RecordVersion++;

    /// <summary>Adds a movement of material.</summary>
    public MovementRow Move(MovementKind kind, string referenceId, string stepId, CalibratedActivity? activity, double volumeMl = 0, string note = "",
        string materialCode = "", IReadOnlyList<CalibratedActivity>? impurities = null, decimal quantity = 0, string unit = "", InstrumentReading? reading = null)
    {
        MovementRow row = new()
        {
            Id = db.Ids.New(),
            BatchId = Batch.Id,
            Kind = kind,
            StepId = stepId,
            ReferenceId = referenceId,
            MaterialCode = materialCode,
            Activity = activity,
            Impurities = Stored.WriteActivities(impurities ?? []),
            Quantity = quantity,
            Unit = unit,
            VolumeMl = volumeMl,
            Note = note,
            Reading = reading is null ? null : Stored.WriteReading(reading),
            Time = db.Now,
            DoneBy = db.Request.Caller.Subject,
            DoneByName = db.Request.Caller.Name,
        };
        db.Put(row);
        Movements.Add(row);
        return row;
    }

    /// <summary>Raises an exception and puts the batch on hold, in the transaction of whatever caused it (A016).</summary>
    public ExceptionRow Raise(HoldCause cause, string summary, IReadOnlyDictionary<string, string>? numbers = null, string stepId = "", string doseId = "", string? deviationId = null)
    {
        ExceptionRow row = new()
        {
            Id = db.Ids.New(),
            BatchId = Batch.Id,
            DoseId = doseId,
            StepId = stepId,
            Code = cause.Code(),
            Summary = summary,
            Numbers = Stored.Write(numbers ?? new Dictionary<string, string>(StringComparer.Ordinal)),
            State = ExceptionState.Open,
            DeviationId = deviationId,
            RaisedTime = db.Now,
            RaisedBy = db.Request.Caller.OnBehalfOf ?? db.Request.Caller.Subject,
            RaisedByName = db.Request.Caller.Name,
        };
        db.Put(row);
        Exceptions.Add(row);
        Batch.OnHold = true;
        // A deviation that Quality opened is known there already.
        if (deviationId is null)
            db.Publish(Batch.Id, new ExecutionHoldRaised { ExceptionId = row.Id, BatchId = Batch.Id, DoseId = doseId, Cause = cause });
        return row;
    }

    /// <summary>Holds the batch because of a lot that it took. Of one whose production is complete Quality alone decides, so it is told and the record stays.</summary>
    /// <param name="lot">The lot.</param>
    /// <param name="holdId">Names the hold where the record takes no exception any more.</param>
    public void HoldForLot(LotRow lot, string holdId)
    {
        var (cause, summary) = (lot.Status is QualityStatus.Rejected ? HoldCause.LotRejected : HoldCause.LotQuarantine, $"Lot {lot.Id}, of which the batch took, is {(lot.Status is QualityStatus.Rejected ? "rejected" : "in quarantine again")}.");
        if (Batch.State is not BatchState.Running)
        {
            db.Publish(Batch.Id, new ExecutionHoldRaised { ExceptionId = holdId, BatchId = Batch.Id, Cause = cause });
            return;
        }

        Raise(cause, summary, new Dictionary<string, string>(StringComparer.Ordinal) { ["lot_id"] = lot.Id });
        Entry();
    }

    /// <summary>Holds the running batch because equipment that it uses was taken out of service; once for a step.</summary>
    /// <param name="item">The equipment.</param>
    /// <param name="stepId">Running step that uses it; empty when none runs.</param>
    /// <returns>The exception; null when there is one of it in this step already, or the batch is not running.</returns>
    public ExceptionRow? HoldForEquipment(EquipmentRow item, string stepId)
    {
        const HoldCause cause = HoldCause.EquipmentOutOfService;
        Dictionary<string, string> numbers = new(StringComparer.Ordinal) { ["equipment_id"] = item.Id };
        if (Batch.State is not BatchState.Running || Exceptions.Any(e => e.Code == cause.Code() && e.StepId == stepId && e.Numbers == Stored.Write(numbers))) return null;
        var raised = Raise(cause, $"{item.Code}, which the batch uses, is out of service.", numbers, stepId);
        Entry();
        return raised;
    }

    /// <summary>Resolves an exception; the hold ends when none is open.</summary>
    public void Resolve(ExceptionRow row, string resolution)
    {
        row.State = ExceptionState.Resolved;
        row.Resolution = resolution;
        row.ResolvedTime = db.Now;
        row.ResolvedBy = db.Request.Caller.OnBehalfOf ?? db.Request.Caller.Subject;
        row.ResolvedByName = db.Request.Caller.Name;
        Batch.OnHold = Exceptions.Any(e => e.State is ExceptionState.Open);
        Entry();
    }

    /// <summary>Publishes that something of the batch became waste, with its impurities, and where it lies.</summary>
    public void PublishWaste(string wasteId, CalibratedActivity activity, WasteCause cause) => db.Publish(wasteId, new WasteArisen
    {
        WasteId = wasteId,
        FromId = Batch.Id,
        FromKind = HoldingKind.Wip,
        BatchId = Batch.Id,
        SiteId = Batch.SiteId,
        RoomId = Batch.RoomId,
        Contents = { Dispensing.Contents(activity, Lines).Select(a => a.ToWire()) },
        Cause = cause,
    });

    /// <summary>Closes the record when nothing is missing: the last dose that settles does this in its own turn.</summary>
    /// <returns>False when something is missing.</returns>
    public bool TryClose()
    {
        // Counted up however many are settled already, so that two doses that settle at once always meet at the version of the batch and the later one sees both.
        Batch.DosesSettled++;
        if (Finishing.Closing(Facts) is not []) return false;
        Batch.State = BatchState.Closed;
        Batch.ClosedTime = db.Now;
        Entry();
        Freeze();
        db.Publish(Batch.Id, new BatchRecordClosed { BatchId = Batch.Id, RecordVersion = Batch.RecordVersion, RecordHash = Batch.RecordHash });
        return true;
    }

    /// <summary>Opens a closed record again, since what settled one of its doses did not happen; it closes anew, as another version, when that dose has settled.</summary>
    /// <param name="reason">Why.</param>
    public void Reopen(string reason)
    {
        if (Batch.State is not BatchState.Closed) return;
        Batch.State = BatchState.Ready;
        Batch.ClosedTime = null;
        Batch.ReopenedTime = db.Now;
        Batch.ReopenReason = reason;
        Entry();
        db.Publish(Batch.Id, new BatchRecordReopened { BatchId = Batch.Id, RecordVersion = Batch.RecordVersion });
    }

    /// <summary>Keeps the record as it stands now in canonical JSON, for good.</summary>
    public void Freeze()
    {
        // The hash of the record cannot be part of the record.
        Batch.RecordHash = "";
        var document = CanonicalJson.Of(Platform.Messaging.FactJson.Write(this.ToWire()));
        Batch.RecordHash = Digest.Of(document);
        db.Put(new FrozenRecordRow { BatchId = Batch.Id, RecordVersion = Batch.RecordVersion, Hash = Batch.RecordHash, Document = document, Time = db.Now });
    }
}
