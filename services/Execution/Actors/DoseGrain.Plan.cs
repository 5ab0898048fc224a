using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using BatchState = Doseline.Execution.Domain.BatchState;
using DoseState = Doseline.Execution.Domain.DoseState;

namespace Doseline.Execution.Actors;

sealed partial class DoseGrain
{
    async Task<DoseRow> PlanAsync(ExecutionDb db, OrderAccepted order)
    {
        var run = await ConfirmAsync(db, order);
        var ordered = order.Wanted.Read("wanted").OrThrow();
        DoseRow dose = new()
        {
            Id = Id,
            OrderId = order.OrderId,
            CustomerId = order.CustomerId,
            ReservationId = order.ReservationId,
            RunId = order.RunId,
            SiteId = order.SiteId,
            ProductCode = order.ProductCode,
            ProductVersion = order.ProductVersion,
            RecipeCode = order.RecipeCode,
            Ordered = ordered,
            ToleranceFraction = order.ToleranceFraction,
            WindowStartTime = order.WindowStartTime.ToDateTimeOffset(),
            WindowEndTime = order.WindowEndTime.ToDateTimeOffset(),
            WindowZone = order.WindowZone,
            ReleaseByTime = order.ReleaseByTime.ToDateTimeOffset(),
            CutoffTime = order.CutoffTime.ToDateTimeOffset(),
            DeliveryTime = order.DeliveryTime.ToDateTimeOffset(),
            ExpireTime = order.ExpireTime.ToDateTimeOffset(),
            State = DoseState.Planned,
            Disposition = QualityStatus.None,
            RecordVersion = 1,
        };
        db.Put(dose);
        await JoinAsync(db, dose, run);
        db.Publish(Id, new DosePlanned { DoseId = Id, OrderId = dose.OrderId, RunId = dose.RunId });
        return dose;
    }

    async Task ReplanAsync(ExecutionDb db, DoseRow dose, OrderAccepted order)
    {
        var moves = dose.RunId != order.RunId;
        if (moves && dose.DispenseTime is not null)
            throw new InvalidOperationException($"Dose {Id} is dispensed in run {dose.RunId} and cannot be planned in run {order.RunId}.");
        var run = await ConfirmAsync(db, order, dose);
        dose.ReservationId = order.ReservationId;
        dose.RunId = order.RunId;
        dose.RecipeCode = order.RecipeCode;
        dose.Ordered = order.Wanted.Read("wanted").OrThrow();
        dose.ToleranceFraction = order.ToleranceFraction;
        dose.WindowStartTime = order.WindowStartTime.ToDateTimeOffset();
        dose.WindowEndTime = order.WindowEndTime.ToDateTimeOffset();
        dose.WindowZone = order.WindowZone;
        dose.ReleaseByTime = order.ReleaseByTime.ToDateTimeOffset();
        dose.CutoffTime = order.CutoffTime.ToDateTimeOffset();
        dose.DeliveryTime = order.DeliveryTime.ToDateTimeOffset();
        // A dispensed dose keeps the expiry of what is in it.
        if (dose.DispenseTime is null) dose.ExpireTime = order.ExpireTime.ToDateTimeOffset();
        dose.Risks = "";
        dose.RecordVersion++;
        if (moves)
        {
            if (dose.BatchId is { } left && await db.LoadAsync<BatchRow>(CancellationToken.None, left) is { } batch) batch.RecordVersion++;
            dose.BatchId = null;
            if (dose.State is not DoseState.Lost) dose.State = DoseState.Planned;
            await JoinAsync(db, dose, run);
        }

        db.Publish(Id, new DosePlanned { DoseId = Id, OrderId = dose.OrderId, RunId = dose.RunId });
    }

    // What the dose held before is given back here as well: whoever moves an order while another does finds the place of the one before it.
    static async Task<RunRow> ConfirmAsync(ExecutionDb db, OrderAccepted order, DoseRow? dose = null)
    {
        var (reservation, run, room) = await db.LoadAsync(db.One<ReservationRow>(order.ReservationId), db.One<RunRow>(order.RunId), db.One<RunRoomRow>(order.RunId), CancellationToken.None);
        if (reservation is null || reservation.RunId != order.RunId || run is null || room is null)
            throw new InvalidOperationException($"Order {order.OrderId} names the reservation {order.ReservationId} of run {order.RunId}, which does not exist.");
        var earlier = dose is null || dose.ReservationId == order.ReservationId ? null : await db.LoadAsync<ReservationRow>(CancellationToken.None, dose.ReservationId);
        if (earlier is not null && db.Return(earlier, ReservationState.Returned) && earlier.RunId == room.RunId) room = room.Without(earlier.AtEndOfSynthesis.Amount.Bq);
        db.Confirm(reservation, run, room);
        return run;
    }

    // A dose planned in a run whose batch already runs is made with it.
    static async Task JoinAsync(ExecutionDb db, DoseRow dose, RunRow run)
    {
        if (run.BatchId is not { } id || await db.LoadAsync<BatchRow>(CancellationToken.None, id) is not { State: BatchState.Running } batch) return;
        dose.BatchId = batch.Id;
        dose.RoomId = batch.RoomId;
        if (dose.State is not DoseState.Lost) dose.State = DoseState.InProduction;
        batch.RecordVersion++;
    }
}
