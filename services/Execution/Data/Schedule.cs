using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Data;

/// <summary>Takes room in runs and gives it back, in the save that also writes the reservation.</summary>
static class Schedule
{
    /// <summary>Takes room for a dose, unless another reservation was faster: the condition and the counting are one statement.</summary>
    /// <returns>False when there was no room.</returns>
    public static async Task<bool> TakeAsync(this ExecutionDb db, string runId, double atEndOfSynthesisBq, CancellationToken cancel)
    {
        // Written as in RunRoom.Holds, so that the statement and the rule agree to the last bit.
        return await db.RunRoom
            .Where(r => r.RunId == runId && r.Open && r.DosesReserved < r.DoseCapacity && r.ReservedBq + atEndOfSynthesisBq <= r.YieldBq * (1 + 1e-12))
            .ExecuteUpdateAsync(set => set
                .SetProperty(r => r.DosesReserved, r => r.DosesReserved + 1)
                .SetProperty(r => r.ReservedBq, r => r.ReservedBq + atEndOfSynthesisBq), cancel) == 1;
    }

    /// <summary>Takes room for a dose with the next save, which fails as a lost race when another reservation was faster.</summary>
    public static void Take(this ExecutionDb db, string runId, double atEndOfSynthesisBq) => db.Also<RunRoomRow>(
        runId,
        $"doses_reserved = doses_reserved + 1, reserved_bq = reserved_bq + {atEndOfSynthesisBq}",
        // Written as in RunRoom.Holds, so that the statement and the rule agree to the last bit.
        $"open AND doses_reserved < dose_capacity AND reserved_bq + {atEndOfSynthesisBq} <= yield_bq * {1 + 1e-12}");

    /// <summary>Gives back a reservation that holds room, with the next save; does nothing for one that does not.</summary>
    /// <returns>True when it held room.</returns>
    public static bool Return(this ExecutionDb db, ReservationRow reservation, ReservationState state)
    {
        if (reservation.State is not (ReservationState.Provisional or ReservationState.Confirmed)) return false;
        reservation.State = state;
        // A run without reservations has exactly nothing reserved, whatever the rounding of its sums was.
        db.Also<RunRoomRow>(
            reservation.RunId,
            $"doses_reserved = CASE WHEN doses_reserved > 0 THEN doses_reserved - 1 ELSE 0 END, reserved_bq = CASE WHEN doses_reserved <= 1 THEN 0 ELSE reserved_bq - {reservation.AtEndOfSynthesis.Amount.Bq} END");
        return true;
    }

    /// <summary>Open runs of a product at a site, to read.</summary>
    public static IQueryable<RunRoomRow> OpenRuns(this ExecutionDb db, string siteId, string productCode) =>
        db.RunRoom.AsNoTracking().Where(r => r.SiteId == siteId && r.ProductCode == productCode && r.Open);
}
