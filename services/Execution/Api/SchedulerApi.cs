using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using RunState = Doseline.Execution.Domain.RunState;

namespace Doseline.Execution.Api;

/// <summary>Plans runs and reserves doses in them.</summary>
public sealed class SchedulerApi(ExecutionDb db, PageTokens pageTokens) : SchedulerService.SchedulerServiceBase
{
    /// <inheritdoc/>
    public override Task<PlanRunResponse> PlanRun(PlanRunRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        // One planner at a time per hot cell, so that two runs never overlap in it.
        return db.LockedAsync($"hot-cell:{request.HotCellId}", async () =>
        {
            List<Refusal> refusals = [];
            var start = request.StartTime.Read("start_time").OrAdd(refusals);
            var yield = request.Yield.Read("yield").OrAdd(refusals);
            refusals.RequireText(request.SiteId, "site_id", 64);
            var cell = await db.LoadAsync<EquipmentRow>(cancel, request.HotCellId);
            if (cell is null) refusals.Add(Refusal.Missing($"equipment/{request.HotCellId}", "HOT_CELL_UNKNOWN", "There is no such hot cell."));
            var recipe = await db.InForceAsync(request.RecipeCode, start, cancel);
            if (recipe is null) refusals.Add(Refusal.State($"recipes/{request.RecipeCode}", "NO_RECIPE_IN_FORCE", $"No version of recipe {request.RecipeCode} is in force at the start.").With("start_time", start));
            refusals.ThrowIfAny();

            var plan = ScheduleRules.Plan(request.ProductCode, recipe!.ToDomain(), cell!.ToDomain(), request.SiteId, start, request.DoseCapacity, yield!, db.Now).OrAdd(refusals);
            refusals.ThrowIfAny();
            var other = await db.Runs.AsNoTracking()
                .Where(r => r.HotCellId == request.HotCellId && (r.State == RunState.Planned || r.State == RunState.Started) && r.StartTime < plan!.OccupiedUntil && r.OccupiedUntilTime > plan.Start)
                .OrderByDescending(r => r.OccupiedUntilTime).FirstOrDefaultAsync(cancel);
            if (other is not null)
            {
                throw new RefusedException(Refusal.State($"equipment/{cell.Id}", "HOT_CELL_BUSY", $"{cell.Code} is planned for another run until later.")
                    .With("run_id", other.Id).With("nearest_start_time", other.OccupiedUntilTime));
            }

            if ((await db.OrdersOfAsync(cell.Id, cancel)).Find(o => o.ToDomain().Takes(plan!.Start, plan.OccupiedUntil)) is { } order)
            {
                throw new RefusedException(Refusal.State($"equipment/{cell.Id}", "EQUIPMENT_IN_MAINTENANCE", $"{cell.Code} is taken by a maintenance order then.")
                    .With("order_id", order.Id).With("nearest_start_time", order.EndTime));
            }

            var (run, room) = RunOf(request, recipe!.RecipeVersion, plan!);
            db.Put(run);
            db.Put(room);
            return await db.AnswerAsync(new PlanRunResponse { Run = run.ToWire(room) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CancelRunResponse> CancelRun(CancelRunRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (string.IsNullOrWhiteSpace(request.Reason))
            throw new RefusedException(Refusal.Invalid("reason", "FIELD_REQUIRED", "reason is required."));
        return await db.DecideAsync(async () =>
        {
            var (run, room, reservations) = await db.LoadAsync(
                db.One<RunRow>(request.RunId), db.One<RunRoomRow>(request.RunId), db.All<ReservationRow>(nameof(ReservationRow.RunId), request.RunId), cancel);
            if (run is null || room is null) throw new RefusedException(Refusal.Missing($"runs/{request.RunId}", "RUN_UNKNOWN", "There is no such run."));
            db.Request.Caller.RequireSite(run.SiteId);
            if (run.State is not RunState.Planned)
                throw new RefusedException(Refusal.State($"runs/{run.Id}", "RUN_NOT_PLANNED", $"The run is {run.State}; only a planned run can be cancelled.").With("state", run.State));
            run.State = RunState.Cancelled;
            // Nobody reserves between this look at the reservations and the save, or it looks again: every order of the run is told.
            db.Close(room);
            var orders = reservations.Where(r => r.State is ReservationState.Provisional or ReservationState.Confirmed).Select(r => r.OrderId);
            db.Publish(run.Id, new RunChanged { RunId = run.Id, EndOfSynthesisTime = run.EndOfSynthesisTime.ToWire(), Cancelled = true, OrderIds = { orders } });
            return await db.AnswerAsync(new CancelRunResponse { Run = run.ToWire(room with { Open = false }) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListRunsResponse> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (request.SiteId is not "") db.Request.Caller.RequireSite(request.SiteId);
        var query = db.List<RunRow>().AtSites(nameof(RunRow.SiteId), request.SiteId).IsIfAny(nameof(RunRow.ProductCode), request.ProductCode);
        if (request.FromTime?.ToDateTimeOffset() is { } from) query.From(nameof(RunRow.EndOfSynthesisTime), from);
        if (request.UntilTime?.ToDateTimeOffset() is { } until) query.Before(nameof(RunRow.EndOfSynthesisTime), until);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(RunRow.EndOfSynthesisTime), nameof(RunRow.Id)), cancel);
        var room = (await db.List<RunRoomRow>().Among(nameof(RunRoomRow.RunId), rows.Select(r => r.Id)).ReadAsync(null, cancel)).ToDictionary(m => m.RunId, StringComparer.Ordinal);
        return new ListRunsResponse { Runs = { rows.Select(r => r.ToWire(room[r.Id])) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override Task<ReserveResponse> Reserve(ReserveRequest request, ServerCallContext context) =>
        new Reserving(db).ReserveAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<UnreserveResponse> Unreserve(UnreserveRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var reservation = await db.LoadAsync<ReservationRow>(cancel, request.ReservationId)
            ?? throw new RefusedException(Refusal.Missing($"reservations/{request.ReservationId}", "RESERVATION_UNKNOWN", "There is no such reservation."));
        await db.RequireSiteOfRunAsync(reservation.RunId, cancel);
        db.Return(reservation, ReservationState.Returned);
        return await db.AnswerAsync(new UnreserveResponse(), cancel);
    }

    (RunRow, RunRoomRow) RunOf(PlanRunRequest request, long recipeVersion, RunPlan plan)
    {
        RunRow run = new()
        {
            Id = db.Ids.New(),
            SiteId = request.SiteId,
            ProductCode = request.ProductCode,
            RecipeCode = request.RecipeCode,
            RecipeVersion = recipeVersion,
            HotCellId = request.HotCellId,
            StartTime = plan.Start,
            EndOfSynthesisTime = plan.EndOfSynthesis,
            ReleaseTime = plan.Release,
            OccupiedUntilTime = plan.OccupiedUntil,
            DoseCapacity = request.DoseCapacity,
            Yield = plan.Yield,
            State = RunState.Planned,
        };
        return (run, new RunRoomRow
        {
            RunId = run.Id,
            SiteId = run.SiteId,
            ProductCode = run.ProductCode,
            EndOfSynthesisTime = run.EndOfSynthesisTime,
            ReleaseTime = run.ReleaseTime,
            Open = true,
            DoseCapacity = run.DoseCapacity,
            DosesReserved = 0,
            Nuclide = plan.Yield.Nuclide.Symbol,
            DataVersion = plan.Yield.DataVersion,
            YieldBq = plan.Yield.Amount.Bq,
            ReservedBq = 0,
        });
    }
}
