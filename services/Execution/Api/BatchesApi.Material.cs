using Doseline.Kernel.Units;
using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Grpc.Core;
using CellItemKind = Doseline.Execution.Domain.Cells.CellItemKind;
using DoseState = Doseline.Execution.Domain.DoseState;
using InstrumentReading = Doseline.Execution.Domain.InstrumentReading;
using MovementKind = Doseline.Execution.Domain.MovementKind;
using StepKind = Doseline.Execution.Domain.StepKind;

namespace Doseline.Execution.Api;

public sealed partial class BatchesApi
{
    // Enough to know what is usual.
    const int EarlierMax = 10;

    /// <inheritdoc/>
    public override async Task<IssueMaterialResponse> IssueMaterial(IssueMaterialRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, 0, cancel);
        var step = file.Running(StepKind.MaterialIssue, request.StepId);
        await RequireTrainedAsync(file, step.StepId, [], cancel);
        var material = file.Recipe.Material(file.Recipe.Step(step.StepId)!.MaterialCode)!;
        List<Refusal> refusals = [];
        refusals.RequireText(request.LotId, "lot_id", 64);
        var activity = material.Radioactive ? request.Activity.Read("activity").OrAdd(refusals) : null;
        if (activity is { } && activity.Nuclide.Symbol != file.Batch.Nuclide)
            refusals.Add(Refusal.Invalid("activity.nuclide", "NUCLIDE_OF_OTHER_PRODUCT", $"The batch is {file.Batch.Nuclide}.").With("nuclide", file.Batch.Nuclide));
        if (activity is { Amount.Bq: 0 }) refusals.Add(Refusal.Invalid("activity.activity_bq", "ACTIVITY_NOT_POSITIVE", "More than 0 Bq must be issued."));
        if (!material.Radioactive) refusals.RequirePositive(request.Quantity, "quantity");
        var quantity = material.Radioactive ? 0 : UnitTable.Read(material.Unit, "material.unit").OrAdd(refusals) is { } unit ? UnitTable.Amount(request.Quantity, unit, "quantity").OrAdd(refusals) : 0;
        refusals.ThrowIfAny();
        await LookAsync(file, cancel, activity is null ? null : BatchMeasures.OfIssue(file.Batch.ProductCode, material.Code, activity, file.Lines, (await RunAsync(file.Batch.RunId, cancel)).Yield));

        IssueToBatchRequest ask = new()
        {
            // The same words for a repeated call, so that Inventory moves the material once.
            RequestId = db.Request.Derived("issue", file.Batch.Id),
            LotId = request.LotId,
            BatchId = file.Batch.Id,
            RoomId = file.Batch.RoomId,
            Activity = activity?.ToWire(),
            Quantity = (double)quantity,
            Use = material.Use,
            MaterialCode = material.Code,
            Unit = material.Unit,
        };
        IssueToBatchResponse issued;
        try
        {
            issued = await possession.IssueToBatchAsync(ask, cancellationToken: cancel);
        }
        catch (RpcException fault)
        {
            throw new RefusedException(RpcErrors.Passed(fault, "inventory"));
        }

        var row = file.Move(MovementKind.Issued, request.LotId, step.StepId, activity, materialCode: material.Code, note: issued.TransactionId,
            impurities: [.. issued.Impurities.Select(i => i.Read("impurities").OrThrow())],
            quantity: quantity, unit: material.Unit);
        file.Entry();
        // Rejected between Inventory's yes and this save.
        var lot = await LotRow.TurnAsync(db, request.LotId, cancel);
        if (lot.Holds) file.HoldForLot(lot, "");
        return await db.AnswerAsync(new IssueMaterialResponse { Movement = row.ToWire(), Batch = file.Batch.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<RecordEndOfSynthesisResponse> RecordEndOfSynthesis(RecordEndOfSynthesisRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, 0, cancel);
        var step = file.Running(StepKind.Synthesis);
        List<Refusal> refusals = [];
        var end = request.EndOfSynthesisTime.Read("end_of_synthesis_time").OrAdd(refusals);
        var shown = request.Bulk.Read("bulk").OrAdd(refusals);
        refusals.RequirePositive(request.VolumeMl, "volume_ml");
        if (file.Batch.EndOfSynthesisTime is { } known)
            refusals.Add(Refusal.State($"batches/{file.Batch.Id}", "END_OF_SYNTHESIS_RECORDED", "End of synthesis is recorded already.").With("end_of_synthesis_time", known));
        var span = new EventSpan(db.Now).After("start_of_synthesis", step.StartedTime);
        if (request.EndOfSynthesisTime is not null) refusals.AddRange(span.Against("end_of_synthesis_time", end));
        if (shown is not null && shown.Nuclide.Symbol != file.Batch.Nuclide)
            refusals.Add(Refusal.Invalid("bulk.nuclide", "NUCLIDE_OF_OTHER_PRODUCT", $"The batch is {file.Batch.Nuclide}.").With("nuclide", file.Batch.Nuclide));
        if (shown is not null && request.EndOfSynthesisTime is not null) refusals.AddRange(span.After("end_of_synthesis", end).Against("bulk.reference_time", shown.Reference));
        var taken = await TakenAsync(request.InstrumentId, request.Geometry, file, step.StepId, shown, refusals, cancel);
        refusals.ThrowIfAny();

        var batch = file.Batch;
        var bulk = taken!.Used;
        var yield = Finishing.Yield(bulk, file.Lines, end) ?? 0;
        var run = await RunAsync(batch.RunId, cancel);
        var earlier = await db.List<BatchRow>().Is(nameof(BatchRow.SiteId), batch.SiteId).Is(nameof(BatchRow.ProductCode), batch.ProductCode).IsNot(nameof(BatchRow.Id), batch.Id)
            .ByLast(nameof(BatchRow.StartedTime), nameof(BatchRow.Id)).ReadAsync(EarlierMax, cancel);
        await LookAsync(file, cancel, [.. BatchMeasures.OfEndOfSynthesis(
            batch.ProductCode, file.Recipe, yield, request.VolumeMl, earlier.Select(b => b.BulkVolumeMl), end - batch.StartedTime, run.EndOfSynthesisTime - run.StartTime)]);
        batch.EndOfSynthesisTime = end;
        batch.Bulk = bulk;
        batch.BulkReading = Stored.WriteReading(taken);
        batch.BulkVolumeMl = request.VolumeMl;
        List<ExceptionRow> raised = [];
        if (yield < file.Recipe.YieldMin || yield > file.Recipe.YieldMax)
        {
            raised.Add(file.Raise(HoldCause.YieldOutOfRange, "The yield of the synthesis is outside its expected range.", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["yield_fraction"] = Text(yield),
                ["yield_fraction_min"] = Text(file.Recipe.YieldMin),
                ["yield_fraction_max"] = Text(file.Recipe.YieldMax),
            }, step.StepId));
        }
        // Shelf life counts from the end of synthesis as it was, not as it was planned.
        foreach (var dose in file.Doses.Where(d => d.State is DoseState.InProduction && d.ExpireTime > end + file.Recipe.ShelfLife))
        {
            dose.ExpireTime = end + file.Recipe.ShelfLife;
            dose.RecordVersion++;
        }

        var late = await SlipAsync(file, end, cancel);
        file.Entry();
        return await db.AnswerAsync(new RecordEndOfSynthesisResponse
        {
            Batch = batch.ToWire(),
            YieldFraction = yield,
            Exceptions = { raised.Select(e => e.ToWire()) },
            LateOrderIds = { late },
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<DispenseDoseResponse> DispenseDose(DispenseDoseRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, request.RecordVersion, cancel);
        var step = file.Running(StepKind.Dispense);
        var dose = file.Doses.FirstOrDefault(d => d.Id == request.DoseId)
            ?? throw new RefusedException(Refusal.Missing($"doses/{request.DoseId}", "DOSE_NOT_IN_BATCH", "The batch has no such dose.").With("dose_id", request.DoseId));
        List<Refusal> refusals = [];
        if (dose.State is not DoseState.InProduction)
            refusals.Add(Refusal.State($"doses/{dose.Id}", "DOSE_NOT_IN_PRODUCTION", $"The dose is {dose.State}.").With("state", dose.State));
        var reading = request.Reading.Read("reading").OrAdd(refusals);
        var instrument = (await EquipmentAsync([request.InstrumentId], cancel))[0];
        await RequireTrainedAsync(file, step.StepId, [instrument], cancel);
        refusals.ThrowIfAny();
        var batch = file.Batch;
        var judged = Dispensing.Judge(new DispenseCase(
            batch.Id, batch.SiteId, dose.ToDomain(), dose.Ordered, dose.ToleranceFraction, reading!, request.VolumeMl, instrument.ToDomain(), request.Geometry,
            batch.EndOfSynthesisTime!.Value, batch.Bulk!, batch.BulkVolumeMl, [.. file.Lines.Where(m => m.Kind is not MovementKind.Issued)], file.Recipe.BalanceTolerance), db.Now).OrThrow();

        await LookAsync(file, cancel, BatchMeasures.OfDose(batch.ProductCode, judged.Measured, dose.Ordered),
            BatchMeasures.OfPart(batch.ProductCode, judged.Measured, request.VolumeMl, batch.Bulk!, batch.BulkVolumeMl));
        Dispense(file, dose, request, reading!, judged, step.StepId);
        List<ExceptionRow> raised = [];
        if (!judged.InTolerance)
        {
            raised.Add(file.Raise(HoldCause.DoseOutOfTolerance, "The dose is outside the tolerance of its order at the instant of the order.", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["measured_bq"] = Text(judged.Measured.Amount.Bq),
                ["at_order_bq"] = Text(judged.Measured.At(dose.Ordered.Reference).Bq),
                ["ordered_bq"] = Text(dose.Ordered.Amount.Bq),
                ["deviation_fraction"] = Text(judged.DeviationFraction),
                ["tolerance_fraction"] = Text(dose.ToleranceFraction),
            }, step.StepId, dose.Id));
        }
        file.Entry();
        return await db.AnswerAsync(new DispenseDoseResponse { Dose = dose.ToRecorded(batch), Batch = batch.ToWire(), Exceptions = { raised.Select(e => e.ToWire()) } }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<TakeSampleResponse> TakeSample(TakeSampleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, 0, cancel);
        var step = file.Running(StepKind.Sample, request.StepId);
        List<Refusal> refusals = [];
        var shown = request.Activity.Read("activity").OrAdd(refusals);
        var taken = await TakenAsync(request.InstrumentId, request.Geometry, file, step.StepId, shown, refusals, cancel);
        refusals.ThrowIfAny();
        var activity = ReadPart(taken!.Used.ToWire(), file, db.Now, file.Batch.EndOfSynthesisTime);
        await LookAsync(file, cancel, file.Batch.Bulk is { } bulk ? BatchMeasures.OfPart(file.Batch.ProductCode, activity, request.VolumeMl, bulk, file.Batch.BulkVolumeMl) : null);
        var sample = db.Ids.New();
        file.Move(MovementKind.Sample, sample, step.StepId, activity, request.VolumeMl, request.Retained ? "retained" : "", reading: taken);
        db.Publish(file.Batch.Id, new SampleTaken { SampleId = sample, BatchId = file.Batch.Id, SiteId = file.Batch.SiteId, RoomId = file.Batch.RoomId, Activity = activity.ToWire(), Retained = request.Retained });
        file.Entry();
        return await db.AnswerAsync(new TakeSampleResponse { SampleId = sample, Batch = file.Batch.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<RecordWasteResponse> RecordWaste(RecordWasteRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        // A spill does not wait for a hold to end.
        var file = await BatchFile.OpenAsync(db, request.BatchId, cancel);
        List<Refusal> refusals = [];
        var kind = (MovementKind)(int)request.Kind;
        if (file.Batch.State is not Domain.BatchState.Running)
            refusals.Add(Refusal.State($"batches/{file.Batch.Id}", "BATCH_NOT_RUNNING", $"The batch is {file.Batch.State}.").With("state", file.Batch.State));
        if (kind is not (MovementKind.Residue or MovementKind.Loss))
            refusals.Add(Refusal.Invalid("kind", "KIND_INVALID", "kind is RESIDUE or LOSS."));
        if (kind is MovementKind.Loss) refusals.RequireText(request.Note, "note", 2000);
        var what = kind is MovementKind.Loss ? CellItemKind.Spill : request.Item is V1.CellItemKind.Unspecified ? CellItemKind.Other : (CellItemKind)(int)request.Item;
        if (kind is MovementKind.Residue && (!Enum.IsDefined(what) || what is CellItemKind.Spill or CellItemKind.Unexplained))
            refusals.Add(Refusal.Invalid("item", "KIND_INVALID", "A residue is something that can be taken out; a spill is a loss."));
        refusals.ThrowIfAny();
        var activity = ReadPart(request.Activity, file, db.Now);
        await LookAsync(file, cancel, BatchMeasures.OfWaste(file.Batch.ProductCode, what, activity, file.Lines, file.Recipe.BalanceTolerance));
        var waste = db.Request.Derived("waste", file.Batch.Id);
        file.Move(kind, waste, "", activity, note: request.Note);
        file.PublishWaste(waste, activity, kind is MovementKind.Loss ? WasteCause.Loss : WasteCause.Residue);
        (await CellOfAsync(file, cancel)).Add(waste, file.Batch.Id, what, Dispensing.Contents(activity, file.Lines), request.Note);
        file.Entry();
        return await db.AnswerAsync(new RecordWasteResponse { WasteId = waste, Batch = file.Batch.ToWire() }, cancel);
    }

    Task LookAsync(BatchFile file, CancellationToken cancel, params IEnumerable<Asked?> asked) => db.LookAsync(file.Batch.SiteId, file.Batch.Id, asked, cancel);

    void Dispense(BatchFile file, DoseRow dose, DispenseDoseRequest request, CalibratedActivity reading, Dispensed judged, string stepId)
    {
        dose.State = DoseState.Dispensed;
        dose.Reading = reading;
        dose.Measured = judged.Measured;
        dose.Factor = judged.Factor.Factor;
        dose.Geometry = judged.Factor.Geometry;
        dose.Setting = judged.Factor.Setting;
        dose.InstrumentId = request.InstrumentId;
        dose.VolumeMl = request.VolumeMl;
        dose.RoomId = file.Batch.RoomId;
        dose.DispenseTime = db.Now;
        dose.DispensedBy = db.Request.Caller.Subject;
        dose.DispensedByName = db.Request.Caller.Name;
        dose.Contents = Stored.WriteActivities(Dispensing.Contents(judged.Measured, file.Lines));
        dose.RecordVersion++;
        file.Move(MovementKind.Dispensed, dose.Id, stepId, judged.Measured, request.VolumeMl);
        db.Publish(dose.Id, new DoseDispensed
        {
            DoseId = dose.Id,
            BatchId = file.Batch.Id,
            OrderId = dose.OrderId,
            SiteId = file.Batch.SiteId,
            RoomId = dose.RoomId,
            Measured = judged.Measured.ToWire(),
            VolumeMl = dose.VolumeMl,
            ProductCode = dose.ProductCode,
            ExpireTime = dose.ExpireTime.ToWire(),
        });
    }

    // A synthesis that ends later than planned may break promises; their owner is told while there is time.
    async Task<IReadOnlyList<string>> SlipAsync(BatchFile file, DateTimeOffset end, CancellationToken cancel)
    {
        var run = await RunAsync(file.Batch.RunId, cancel);
        if (end <= run.EndOfSynthesisTime) return [];
        run.EndOfSynthesisTime = end;
        run.ReleaseTime = end + file.Recipe.Release;
        var late = file.Doses.Where(d => d.State is DoseState.InProduction && d.ReleaseByTime < run.ReleaseTime).Select(d => d.OrderId).ToList();
        if (late is not [])
            db.Publish(run.Id, new RunChanged { RunId = run.Id, EndOfSynthesisTime = end.ToWire(), Cancelled = false, OrderIds = { late } });
        return late;
    }

    // What a dose calibrator showed in a step, if it may be believed and who reads it may read it.
    async Task<InstrumentReading?> TakenAsync(string instrumentId, string geometry, BatchFile file, string stepId, CalibratedActivity? shown, List<Refusal> refusals, CancellationToken cancel)
    {
        refusals.RequireText(instrumentId, "instrument_id", 64);
        refusals.RequireText(geometry, "geometry", 64);
        if (shown is null || instrumentId is "" || geometry is "") return null;
        var instrument = (await EquipmentAsync([instrumentId], cancel))[0];
        await RequireTrainedAsync(file, stepId, [instrument], cancel);
        return InstrumentReading.Take(instrument.ToDomain(), file.Batch.SiteId, shown, geometry).OrAdd(refusals);
    }

    static CalibratedActivity ReadPart(Common.V1.CalibratedActivity? sent, BatchFile file, DateTimeOffset now, DateTimeOffset? endOfSynthesis = null)
    {
        List<Refusal> refusals = [];
        var activity = sent.Read("activity").OrAdd(refusals);
        if (activity is not null) refusals.AddRange(new EventSpan(now).After("start_of_batch", file.Batch.StartedTime).After("end_of_synthesis", endOfSynthesis).Against("activity.reference_time", activity.Reference));
        if (activity is not null && activity.Nuclide.Symbol != file.Batch.Nuclide)
            refusals.Add(Refusal.Invalid("activity.nuclide", "NUCLIDE_OF_OTHER_PRODUCT", $"The batch is {file.Batch.Nuclide}.").With("nuclide", file.Batch.Nuclide));
        if (file.Balance is not { } balance)
        {
            refusals.Add(Refusal.State($"batches/{file.Batch.Id}", "NOTHING_ISSUED", "Nothing radioactive was issued to the batch yet."));
        }
        else if (activity is not null && refusals is [] && activity.At(balance.At).Bq > balance.Unexplained.Bq + balance.Tolerance * balance.Issued.Bq)
        {
            refusals.Add(Refusal.State($"batches/{file.Batch.Id}", "ACTIVITY_NOT_LEFT", "The batch does not hold so much any more.")
                .With("activity_bq", activity.Amount.Bq).With("left_bq", Math.Max(0, balance.Line(balance.Unexplained).At(activity.Reference).Bq)).With("at_time", activity.Reference));
        }
        refusals.ThrowIfAny();
        return activity!;
    }
}
