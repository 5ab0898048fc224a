using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.Domain.Cells;
using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Auth;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Grpc.Core;
using CellItemKind = Doseline.Execution.Domain.Cells.CellItemKind;
using CellReading = Doseline.Execution.Domain.Cells.CellReading;
using CellSurvey = Doseline.Execution.Domain.Cells.CellSurvey;

namespace Doseline.Execution.Api;

/// <summary>Turns hot cells around.</summary>
public sealed class HotCellsApi(ExecutionDb db, TrainingGate training) : HotCellsService.HotCellsServiceBase
{
    /// <inheritdoc/>
    public override async Task<RecordCellWasteResponse> RecordCellWaste(RecordCellWasteRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await CellFile.OpenAsync(db, request.HotCellId, cancel);
        var cell = file.Cell.ToDomain();
        List<Refusal> refusals = [.. CellRules.Between(cell)];
        var kind = (CellItemKind)(int)request.Kind;
        if (!Enum.IsDefined(kind) || kind is CellItemKind.Unexplained)
            refusals.Add(Refusal.Invalid("kind", "KIND_INVALID", "kind is what was found; nobody finds what is unexplained."));
        if (request.Note is not "") refusals.RequireText(request.Note, "note", 2000);
        var activity = request.Activity.Read("activity").OrAdd(refusals);
        var batch = file.Cell.LastBatchId is { } last ? await db.LoadAsync<BatchRow>(cancel, last) : null;
        if (activity is not null) refusals.AddRange(new EventSpan(db.Now).After("start_of_batch", batch?.StartedTime).Against("activity.reference_time", activity.Reference));
        if (activity is not null && cell.LastNuclide is { } nuclide && activity.Nuclide.Symbol != nuclide)
            refusals.Add(Refusal.Invalid("activity.nuclide", "NUCLIDE_OF_OTHER_PRODUCT", $"{cell.Code} was last used for {nuclide}.").With("nuclide", nuclide));
        refusals.ThrowIfAny();

        var (waste, remainder) = (db.Request.Derived("waste", cell.Id), Id.From("waste", "remainder", batch!.Id));
        List<Movement> lines = [.. (await db.LoadAsync(db.All<MovementRow>(nameof(MovementRow.BatchId), batch.Id), cancel)).Select(m => m.ToDomain())];
        await db.LookAsync(batch.SiteId, batch.Id, [BatchMeasures.OfWaste(batch.ProductCode, kind, activity!, lines, RecipeWire.Document(batch.Recipe).ToDomain().BalanceTolerance)], cancel);
        var contents = Dispensing.Contents(activity!, lines);
        // What is found after the batch was balanced comes out of what the balance could not place, where there is any.
        var wasMissing = await db.LoadAsync<CellItemRow>(cancel, remainder) is not null;
        file.Explain(remainder, contents);
        var item = file.Add(waste, batch.Id, kind, contents, request.Note);
        if (!file.Cell.Uncleared && !(contents.Sum(c => c.At(db.Now).Bq) <= cell.ClearanceLimitBq)) file.Leave();
        else if (file.Cell.Uncleared) file.Compute();
        db.Publish(waste, new WasteArisen
        {
            WasteId = waste,
            FromId = wasMissing ? remainder : batch.Id,
            FromKind = wasMissing ? HoldingKind.Waste : HoldingKind.Wip,
            BatchId = batch.Id,
            SiteId = file.Cell.SiteId,
            RoomId = file.Cell.RoomId,
            Contents = { contents.Select(c => c.ToWire()) },
            Cause = kind is CellItemKind.Spill ? WasteCause.Loss : WasteCause.Residue,
        });
        return await db.AnswerAsync(new RecordCellWasteResponse { Item = item.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<SurveyCellResponse> SurveyCell(SurveyCellRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await CellFile.OpenAsync(db, request.HotCellId, cancel);
        var instrument = await db.LoadAsync<EquipmentRow>(cancel, request.InstrumentId)
            ?? throw new RefusedException(Refusal.Missing($"equipment/{request.InstrumentId}", "EQUIPMENT_UNKNOWN", "There is no such instrument."));
        await training.RequireAsync(db.Request.Caller, instrument.Procedure, cancel);
        CellSurvey survey = new(request.BackgroundCpm, request.CountSeconds, request.Efficiency, [.. request.Readings.Select(r => new CellReading(r.Place, r.GrossCpm, r.MeasuredCm2, r.StandsForCm2))]);
        var cell = file.Cell.ToDomain();
        survey.Against(cell, file.Contents, instrument.ToDomain(), db.Now).ThrowIfAny();
        CellSurveyRow row = new()
        {
            Id = db.Ids.New(),
            CellId = cell.Id,
            InstrumentId = instrument.Id,
            InstrumentCode = instrument.Code,
            Survey = Stored.WriteOne(survey)!,
            Measured = CalibratedActivity.Create(cell.LastNuclide, survey.MeasuredBq, db.Now, NuclideData.Current, "measured").OrThrow(),
            LimitBq = cell.ClearanceLimitBq,
            Passed = survey.MeasuredBq <= cell.ClearanceLimitBq,
            Time = db.Now,
            DoneBy = db.Request.Caller.Subject,
            DoneByName = db.Request.Caller.Name,
        };
        db.Put(row);
        var clearance = file.Survey(row);
        return await db.AnswerAsync(new SurveyCellResponse { Survey = row.ToWire(), Clearance = clearance?.ToWire() }, cancel);
    }
}
