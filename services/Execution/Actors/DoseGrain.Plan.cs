using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Microsoft.EntityFrameworkCore;
using BatchState = Doseline.Execution.Domain.BatchState;
using DoseState = Doseline.Execution.Domain.DoseState;

namespace Doseline.Execution.Actors;

sealed partial class DoseGrain
{
    async Task<DoseRow> PlanAsync(ExecutionDb db, OrderAccepted order)
    {
        await ConfirmAsync(db, order);
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
            Disposition = DoseDisposition.None,
            RecordVersion = 1,
        };
        db.Doses.Add(dose);
        await JoinAsync(db, dose);
        db.Publish(Id, new DosePlanned { DoseId = Id, OrderId = dose.OrderId, RunId = dose.RunId });
        return dose;
    }

    async Task ReplanAsync(ExecutionDb db, DoseRow dose, OrderAccepted order)
    {
        if (dose.State is DoseState.Shipped or DoseState.Delivered or DoseState.Lost) return;
        var moves = dose.RunId != order.RunId;
        if (moves && dose.DispenseTime is not null)
            throw new InvalidOperationException($"Dose {Id} is dispensed in run {dose.RunId} and cannot be planned in run {order.RunId}.");
        await ConfirmAsync(db, order);
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
            if (dose.BatchId is { } left && await db.Batches.FindAsync([left]) is { } batch) batch.RecordVersion++;
            dose.BatchId = null;
            dose.State = DoseState.Planned;
            await JoinAsync(db, dose);
        }

        db.Publish(Id, new DosePlanned { DoseId = Id, OrderId = dose.OrderId, RunId = dose.RunId });
    }

    // An order that was accepted while its reservation lapsed still counts; when its room went to another, its owner promises anew.
    static async Task ConfirmAsync(ExecutionDb db, OrderAccepted order)
    {
        var reservation = await db.Reservations.FindAsync([order.ReservationId])
            ?? throw new InvalidOperationException($"Order {order.OrderId} names the reservation {order.ReservationId}, which does not exist.");
        if (reservation.State is ReservationState.Confirmed) return;
        if (reservation.State is ReservationState.Provisional || await db.TakeAsync(reservation.RunId, reservation.AtEndOfSynthesis.Amount.Bq, CancellationToken.None))
        {
            reservation.State = ReservationState.Confirmed;
            return;
        }

        var run = await db.Runs.AsNoTracking().FirstAsync(r => r.Id == reservation.RunId);
        db.Publish(run.Id, new RunChanged { RunId = run.Id, EndOfSynthesisTime = run.EndOfSynthesisTime.ToWire(), Cancelled = run.State is Domain.RunState.Cancelled, OrderIds = { order.OrderId } });
    }

    // A dose planned in a run whose batch already runs is made with it.
    static async Task JoinAsync(ExecutionDb db, DoseRow dose)
    {
        if (await db.Batches.FirstOrDefaultAsync(b => b.RunId == dose.RunId && b.State == BatchState.Running) is not { } batch) return;
        dose.BatchId = batch.Id;
        dose.RoomId = batch.RoomId;
        dose.State = DoseState.InProduction;
        batch.RecordVersion++;
    }
}
