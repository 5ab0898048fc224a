using Doseline.Execution.Data;
using Doseline.Execution.Domain.Upkeep;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using EquipmentEvent = Doseline.Execution.Domain.Upkeep.EquipmentEvent;
using EquipmentState = Doseline.Execution.Domain.EquipmentState;
using MaintenanceKind = Doseline.Execution.Domain.Upkeep.MaintenanceKind;
using MaintenanceOrder = Doseline.Execution.V1.MaintenanceOrder;
using MaintenanceState = Doseline.Execution.Domain.Upkeep.MaintenanceState;
using RunState = Doseline.Execution.Domain.RunState;
using WorkEvidence = Doseline.Execution.Domain.Upkeep.WorkEvidence;

namespace Doseline.Execution.Api;

/// <summary>Keeps orders of work on equipment.</summary>
public sealed class MaintenanceApi(ExecutionDb db, PageTokens pageTokens) : MaintenanceService.MaintenanceServiceBase
{
    /// <inheritdoc/>
    public override Task<OpenMaintenanceOrderResponse> OpenMaintenanceOrder(OpenMaintenanceOrderRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        // The same turn as planning runs, so that neither is planned into the other.
        return db.LockedAsync($"hot-cell:{request.EquipmentId}", async () =>
        {
            List<Refusal> refusals = [];
            var start = request.StartTime.Read("start_time").OrAdd(refusals);
            var end = request.EndTime.Read("end_time").OrAdd(refusals);
            refusals.RequireText(request.Reason, "reason", 2000);
            refusals.ThrowIfAny();
            var equipment = await EquipmentAsync(request.EquipmentId, cancel);
            MaintenanceOrderRow row = new()
            {
                Id = db.Ids.New(),
                EquipmentId = equipment.Id,
                EquipmentCode = equipment.Code,
                SiteId = equipment.SiteId,
                Kind = (MaintenanceKind)(int)request.Kind,
                WorkPlan = Stored.Write<string>([.. request.Plan]),
                StartTime = start,
                EndTime = end,
                ResponsibleId = request.ResponsibleId,
                ResponsibleName = request.ResponsibleName,
                Reason = request.Reason,
                State = MaintenanceState.Planned,
                Evidence = "[]",
            };
            var runs = await db.Runs.AsNoTracking()
                .Where(r => r.HotCellId == equipment.Id && (r.State == RunState.Planned || r.State == RunState.Started) && r.StartTime < end && r.OccupiedUntilTime > start)
                .OrderBy(r => r.StartTime).Select(r => r.Id).ToListAsync(cancel);
            MaintenanceRules.Opening(row.ToDomain(), equipment.ToDomain(), runs, [.. (await db.OrdersOfAsync(equipment.Id, cancel)).Select(o => o.ToDomain())], db.Now).ThrowIfAny();
            db.Put(row);
            db.Log(equipment, EquipmentEvent.Ordered, $"{row.Kind}: {row.Reason}", row.Id);
            return await db.AnswerAsync(new OpenMaintenanceOrderResponse { Order = Sent(row) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<StartWorkResponse> StartWork(StartWorkRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (row, equipment) = await OrderAsync(request.OrderId, cancel);
        MaintenanceRules.Starting(row.ToDomain(), equipment.ToDomain(), db.Now).ThrowIfAny();
        (row.State, row.WorkStartedTime) = (MaintenanceState.AtWork, db.Now);
        (equipment.State, equipment.OrderId) = (EquipmentState.Maintenance, row.Id);
        db.Tell(equipment);
        db.Log(equipment, EquipmentEvent.WorkStarted, $"{row.Kind}", row.Id);
        return await db.AnswerAsync(new StartWorkResponse { Order = Sent(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<FinishWorkResponse> FinishWork(FinishWorkRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (row, equipment) = await OrderAsync(request.OrderId, cancel);
        List<WorkEvidence> evidence = [.. request.Evidence.Select(e => new WorkEvidence(e.Step, e.Finding, e.Reference, e.Passed)).OrderBy(e => e.Step)];
        MaintenanceRules.Finishing(row.ToDomain(), evidence).ThrowIfAny();
        (row.State, row.Evidence, row.WorkDoneTime) = (MaintenanceState.Done, Stored.Write<WorkEvidence>(evidence), db.Now);
        (row.WorkerId, row.WorkerName) = (db.Request.Caller.Subject, db.Request.Caller.Name);
        db.Log(equipment, EquipmentEvent.WorkDone, $"{row.Kind}: {evidence.Count(e => e.Passed)} of {evidence.Count} steps passed", row.Id);
        return await db.AnswerAsync(new FinishWorkResponse { Order = Sent(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ReleaseToServiceResponse> ReleaseToService(ReleaseToServiceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (row, equipment) = await OrderAsync(request.OrderId, cancel);
        if (request.Etag != row.Version) throw new RefusedException(Refusal.Stale($"orders/{row.Id}", request.Etag, row.Version));
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 2000);
        DateTimeOffset? calibrated = request.CalibrationDueTime is null ? null : request.CalibrationDueTime.Read("calibration_due_time").OrAdd(refusals);
        DateTimeOffset? qualified = request.QualificationDueTime is null ? null : request.QualificationDueTime.Read("qualification_due_time").OrAdd(refusals);
        var (order, caller) = (row.ToDomain(), db.Request.Caller);
        if (!request.Release) refusals.AddRange(MaintenanceRules.Judging(order, caller.Subject));
        var back = request.Release ? MaintenanceRules.Release(order, equipment.ToDomain(), caller.Subject, calibrated, qualified, db.Now).OrAdd(refusals) : null;
        refusals.ThrowIfAny();
        if (back is null)
        {
            (row.State, row.Evidence, row.WorkDoneTime, row.WorkerId, row.WorkerName) = (MaintenanceState.AtWork, "[]", null, null, null);
            db.Log(equipment, EquipmentEvent.NotReleased, request.Reason, row.Id);
        }
        else
        {
            (row.State, row.ClosedTime, row.ClosedByName, row.ReleaseSignature) = (MaintenanceState.Released, db.Now, caller.Name, Stored.WriteSignature(db.Request.Manifestation));
            // Hands were in it: it is cleaned before its next use.
            (equipment.State, equipment.OrderId, equipment.Cleaning) = (EquipmentState.Dirty, null, null);
            (equipment.QualificationDueTime, equipment.CalibrationDueTime) = (back.QualificationDue, back.CalibrationDue);
            db.Tell(equipment);
            db.Log(equipment, EquipmentEvent.Released, request.Reason, row.Id);
        }

        return await db.AnswerAsync(new ReleaseToServiceResponse { Order = Sent(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CancelMaintenanceOrderResponse> CancelMaintenanceOrder(CancelMaintenanceOrderRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (row, equipment) = await OrderAsync(request.OrderId, cancel);
        List<Refusal> refusals = [.. MaintenanceRules.Cancelling(row.ToDomain())];
        refusals.RequireText(request.Reason, "reason", 2000);
        refusals.ThrowIfAny();
        (row.State, row.ClosedTime, row.ClosedByName) = (MaintenanceState.Cancelled, db.Now, db.Request.Caller.Name);
        db.Log(equipment, EquipmentEvent.OrderCancelled, request.Reason, row.Id);
        return await db.AnswerAsync(new CancelMaintenanceOrderResponse { Order = Sent(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetMaintenanceOrderResponse> GetMaintenanceOrder(GetMaintenanceOrderRequest request, ServerCallContext context) =>
        new() { Order = (await OrderAsync(request.OrderId, context.CancellationToken)).Row.ToWire() };

    /// <inheritdoc/>
    public override async Task<ListMaintenanceOrdersResponse> ListMaintenanceOrders(ListMaintenanceOrdersRequest request, ServerCallContext context)
    {
        var query = db.List<MaintenanceOrderRow>().Is(nameof(MaintenanceOrderRow.SiteId), request.SiteId).IsIfAny(nameof(MaintenanceOrderRow.EquipmentId), request.EquipmentId);
        if (request.OnlyOpen) query.Among(nameof(MaintenanceOrderRow.State), MaintenanceState.Planned, MaintenanceState.AtWork, MaintenanceState.Done);
        var (rows, next) = await pageTokens.ReadAsync(request, query.ByLast(nameof(MaintenanceOrderRow.StartTime), nameof(MaintenanceOrderRow.Id)), context.CancellationToken);
        return new ListMaintenanceOrdersResponse { Orders = { rows.Select(o => o.ToWire()) }, NextPageToken = next };
    }

    MaintenanceOrder Sent(MaintenanceOrderRow row) => row.ToWire(db.VersionAfter(row));

    async Task<(MaintenanceOrderRow Row, EquipmentRow Equipment)> OrderAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<MaintenanceOrderRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"orders/{id}", "MAINTENANCE_ORDER_UNKNOWN", "There is no such maintenance order."));
        return (row, await EquipmentAsync(row.EquipmentId, cancel));
    }

    async Task<EquipmentRow> EquipmentAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<EquipmentRow>(cancel, id) ?? throw new RefusedException(Refusal.Missing($"equipment/{id}", "EQUIPMENT_UNKNOWN", "There is no such equipment."));
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }
}
