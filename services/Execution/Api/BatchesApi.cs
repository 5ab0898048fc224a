using System.Globalization;
using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using BatchState = Doseline.Execution.Domain.BatchState;
using DoseState = Doseline.Execution.Domain.DoseState;
using EquipmentClass = Doseline.Execution.Domain.EquipmentClass;
using EquipmentEvent = Doseline.Execution.Domain.Upkeep.EquipmentEvent;
using EquipmentState = Doseline.Execution.Domain.EquipmentState;
using RunState = Doseline.Execution.Domain.RunState;

namespace Doseline.Execution.Api;

/// <summary>Carries out batches.</summary>
public sealed partial class BatchesApi(ExecutionDb db, PossessionService.PossessionServiceClient possession, TrainingGate training) : BatchesService.BatchesServiceBase
{
    /// <inheritdoc/>
    public override async Task<StartBatchResponse> StartBatch(StartBatchRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var run = await RunAsync(request.RunId, cancel);
        db.Request.Caller.RequireSite(run.SiteId);
        // One start at a time per site: it gives out batch numbers.
        return await db.LockedAsync($"batch-start:{run.SiteId}", async () =>
        {
            var (found, versions, made) = await db.LoadAsync(
                db.One<EquipmentRow>(run.HotCellId), db.All<RecipeRow>(nameof(RecipeRow.Code), run.RecipeCode), db.All<DoseRow>(nameof(DoseRow.RunId), run.Id), cancel);
            var (recipe, cell) = (versions.InForce(db.Now), found ?? throw Unknown("equipment", run.HotCellId));
            List<DoseRow> doses = [.. made.Where(d => d.State is DoseState.Planned)];
            var refusals = CheckStart(request, run, recipe, cell, doses);
            if (recipe is not null) refusals.AddRange((await db.CleaningRulesAsync(cell.SiteId, cancel)).Against(cell.ToDomain(), run.ProductCode, recipe.ToDomain().Nuclide, db.Now));
            refusals.ThrowIfAny();
            var batch = await StartAsync(run, recipe!, cell, doses, cancel);
            return await db.AnswerAsync(new StartBatchResponse { Batch = batch.ToWire(), DoseIds = { doses.Select(d => d.Id) } }, cancel);
        }, cancel);
    }

    List<Refusal> CheckStart(StartBatchRequest request, RunRow run, RecipeRow? recipe, EquipmentRow cell, List<DoseRow> doses)
    {
        List<Refusal> refusals = [];
        if (run.State is not RunState.Planned)
            refusals.Add(Refusal.State($"runs/{run.Id}", "RUN_NOT_PLANNED", $"The run is {run.State}.").With("state", run.State).With("batch_id", run.BatchId));
        if (recipe is null)
            refusals.Add(Refusal.State($"recipes/{run.RecipeCode}", "NO_RECIPE_IN_FORCE", $"No version of recipe {run.RecipeCode} is in force.").With("now_time", db.Now));
        refusals.AddRange(EquipmentRules.Use(cell.ToDomain(), "", db.Now));
        if (doses is [])
            refusals.Add(Refusal.State($"runs/{run.Id}", "RUN_HAS_NO_DOSES", "No accepted order has a dose in this run."));
        var superseded = doses.Where(d => d.RecipeCode != run.RecipeCode).Select(d => d.OrderId).ToList();
        if (superseded is not [] && !(request.AllowSupersededRecipe && request.Reason is not ""))
        {
            refusals.Add(Refusal.State($"runs/{run.Id}", "ORDER_OF_OTHER_RECIPE", "Orders of this run were accepted for another recipe; allow it explicitly, with a reason.")
                .With("order_ids", string.Join(',', superseded)).With("recipe_code", run.RecipeCode));
        }
        return refusals;
    }

    async Task<BatchRow> StartAsync(RunRow run, RecipeRow recipe, EquipmentRow cell, List<DoseRow> doses, CancellationToken cancel)
    {
        var frozen = recipe.ToDomain();
        var day = DateOnly.FromDateTime(db.Now.UtcDateTime);
        var prefix = BatchNumbers.Prefix(run.ProductCode, day);
        var earlier = await db.Batches.CountAsync(b => b.Number.StartsWith(prefix), cancel);
        BatchRow batch = new()
        {
            Id = db.Ids.New(),
            Number = BatchNumbers.Next(run.ProductCode, day, earlier).OrThrow(),
            RunId = run.Id,
            SiteId = run.SiteId,
            HotCellId = cell.Id,
            RoomId = cell.RoomId,
            ProductCode = run.ProductCode,
            ProductName = frozen.ProductName,
            RecipeCode = recipe.Code,
            RecipeVersion = recipe.RecipeVersion,
            Recipe = recipe.Document,
            RecipeHash = recipe.Hash,
            Nuclide = frozen.Nuclide,
            State = BatchState.Running,
            OnHold = false,
            StartedTime = db.Now,
            StartedBy = db.Request.Caller.Subject,
            RecordVersion = 1,
            RecordHash = "",
        };
        db.Put(batch);
        foreach (var (position, step) in frozen.Steps.Index()) db.Put(new StepRow { BatchId = batch.Id, StepId = step.Id, Position = position, State = StepState.Open });
        run.State = RunState.Started;
        run.BatchId = batch.Id;
        Take(cell, batch);
        foreach (var dose in doses) Enter(dose, batch);
        db.Also<RunRoomRow>(run.Id, $"open = {false}");
        db.Publish(batch.Id, new BatchStarted
        {
            BatchId = batch.Id,
            BatchNumber = batch.Number,
            SiteId = batch.SiteId,
            HotCellId = batch.HotCellId,
            RoomId = batch.RoomId,
            ProductCode = batch.ProductCode,
            RecipeCode = batch.RecipeCode,
            RecipeVersion = batch.RecipeVersion,
            DoseIds = { doses.Select(d => d.Id) },
        });
        return batch;
    }

    // The batch takes a piece of equipment: what was known of it before is of the past.
    void Take(EquipmentRow item, BatchRow batch)
    {
        if (item.BatchId != batch.Id) db.Log(item, EquipmentEvent.Used, $"{batch.Number}: {batch.ProductCode}", batch.Id);
        (item.State, item.BatchId) = (EquipmentState.InUse, batch.Id);
        (item.LastProduct, item.LastNuclide, item.LastBatchId) = (batch.ProductCode, batch.Nuclide, batch.Id);
        (item.SurveyId, item.Clearance) = (null, null);
    }

    static void Enter(DoseRow dose, BatchRow batch)
    {
        dose.BatchId = batch.Id;
        dose.RoomId = batch.RoomId;
        dose.State = DoseState.InProduction;
    }

    async Task<RunRow> RunAsync(string id, CancellationToken cancel) => await db.LoadAsync<RunRow>(cancel, id) ?? throw Unknown("runs", id);

    async Task<List<EquipmentRow>> EquipmentAsync(IEnumerable<string> ids, CancellationToken cancel)
    {
        List<string> wanted = [.. ids.Distinct(StringComparer.Ordinal)];
        var rows = await db.LoadAsync(db.Each<EquipmentRow>(wanted), cancel);
        wanted.Except(rows.Select(r => r.Id), StringComparer.Ordinal).Select(id => Unknown("equipment", id).Refusals[0]).ToList().ThrowIfAny();
        return rows;
    }

    // Who acts is trained on what the step and the equipment name, beside the procedure of the method.
    ValueTask RequireTrainedAsync(BatchFile file, string stepId, IEnumerable<EquipmentRow> used, CancellationToken cancel) =>
        training.RequireAllAsync(db.Request.Caller, used.Select(item => item.Procedure).Prepend(file.Recipe.Step(stepId)?.Procedure ?? ""), cancel);

    static RefusedException Unknown(string kind, string id) =>
        new(Refusal.Missing($"{kind}/{id}", $"{kind.TrimEnd('s').ToUpperInvariant()}_UNKNOWN", $"There is no {kind.TrimEnd('s')} '{id}'."));

    static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    static bool IsShared(EquipmentRow row) => row.Class is EquipmentClass.DoseCalibrator or EquipmentClass.Balance or EquipmentClass.Instrument;
}
