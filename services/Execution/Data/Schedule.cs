using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Data;

/// <summary>Takes room in runs and gives it back, in the save that also writes the reservation.</summary>
static class Schedule
{
    /// <summary>Takes room for a dose with the next save, which fails as a lost race when another reservation was faster.</summary>
    public static void Take(this ExecutionDb db, string runId, double atEndOfSynthesisBq) => db.Also<RunRoomRow>(
        runId,
        $"doses_reserved = doses_reserved + 1, reserved_bq = reserved_bq + {atEndOfSynthesisBq}, moves = moves + 1",
        // Written as in RunRoom.Holds, so that the statement and the rule agree to the last bit.
        $"open AND doses_reserved < dose_capacity AND reserved_bq + {atEndOfSynthesisBq} <= yield_bq * {1 + 1e-12}");

    /// <summary>Refuses unless the caller may act at the site of the run in which room is held.</summary>
    public static async Task RequireSiteOfRunAsync(this ExecutionDb db, string runId, CancellationToken cancel)
    {
        if (await db.LoadAsync<RunRow>(cancel, runId) is { } run) db.Request.Caller.RequireSite(run.SiteId);
    }

    /// <summary>Gives back a reservation that holds room, with the next save; does nothing for one that does not.</summary>
    /// <returns>True when it held room.</returns>
    public static bool Return(this ExecutionDb db, ReservationRow reservation, ReservationState state)
    {
        if (reservation.State is not (ReservationState.Provisional or ReservationState.Confirmed)) return false;
        reservation.State = state;
        // A run without reservations has exactly nothing reserved, whatever the rounding of its sums was.
        db.Also<RunRoomRow>(
            reservation.RunId,
            $"doses_reserved = CASE WHEN doses_reserved > 0 THEN doses_reserved - 1 ELSE 0 END, reserved_bq = CASE WHEN doses_reserved <= 1 THEN 0 ELSE reserved_bq - {reservation.AtEndOfSynthesis.Amount.Bq} END, moves = moves + 1");
        return true;
    }

    /// <summary>
    /// Has a reservation hold its room for good, with the next save. One that held it no more takes it again; when the room went to another, the order's
    /// owner is told to promise anew.
    /// </summary>
    /// <param name="db">Database.</param>
    /// <param name="reservation">Reservation.</param>
    /// <param name="run">Its run.</param>
    /// <param name="room">Room in it, as this save leaves it otherwise.</param>
    public static void Confirm(this ExecutionDb db, ReservationRow reservation, RunRow run, RunRoomRow room)
    {
        if (reservation.State is ReservationState.Confirmed) return;
        if (reservation.State is not ReservationState.Provisional)
        {
            var its = reservation.AtEndOfSynthesis.Amount.Bq;
            if (!room.Open || !room.ToDomain().Holds(its))
            {
                db.Publish(run.Id, new RunChanged { RunId = run.Id, EndOfSynthesisTime = run.EndOfSynthesisTime.ToWire(), Cancelled = run.State is Domain.RunState.Cancelled, OrderIds = { reservation.OrderId } });
                return;
            }

            db.Take(run.Id, its);
        }

        reservation.State = ReservationState.Confirmed;
    }

    /// <summary>Takes no more reservations in a run, with the next save, which fails as a lost race when one was taken or given back since the room was read.</summary>
    public static void Close(this ExecutionDb db, RunRoomRow room) => db.Also<RunRoomRow>(room.RunId, $"open = {false}, moves = moves + 1", $"moves = {room.Moves}");

    /// <summary>Open runs of a product at a site, to read.</summary>
    public static IQueryable<RunRoomRow> OpenRuns(this ExecutionDb db, string siteId, string productCode) =>
        db.RunRoom.AsNoTracking().Where(r => r.SiteId == siteId && r.ProductCode == productCode && r.Open);
}
