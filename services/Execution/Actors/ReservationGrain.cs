using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Platform.Actors;
using Orleans;

namespace Doseline.Execution.Actors;

/// <summary>A reservation, which gives its room back when its order is not accepted in time.</summary>
[GrainType("reservation")]
sealed class ReservationGrain(ActorWorld world) : Actor<ExecutionDb, ReservationRow>(world)
{
    protected override ReservationRow CopyOf(ReservationRow row) => row with { };

    protected override async Task PassAsync(ExecutionDb db, ReservationRow row)
    {
        if (!db.Return(row, ReservationState.Lapsed)) return;
        // It was to replace another, which was given back for it; the order stayed where it was, so it needs its place there again.
        if (await db.LoadAsync(db.All<DoseRow>(nameof(DoseRow.OrderId), row.OrderId), CancellationToken.None) is not [{ State: DoseState.Planned } dose]) return;
        if (dose.ReservationId == row.Id) return;
        var (held, run, room) = await db.LoadAsync(db.One<ReservationRow>(dose.ReservationId), db.One<RunRow>(dose.RunId), db.One<RunRoomRow>(dose.RunId), CancellationToken.None);
        if (held is not { State: ReservationState.Returned } || run is null || room is null) return;
        db.Confirm(held, run, room.RunId == row.RunId ? room.Without(row.AtEndOfSynthesis.Amount.Bq) : room);
    }
}
