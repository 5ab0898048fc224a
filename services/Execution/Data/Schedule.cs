using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Data;

/// <summary>Takes room in runs and gives it back; called inside a transaction that also saves the reservation.</summary>
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

    /// <summary>Gives room back; a run without reservations has exactly nothing reserved, whatever the rounding of its sums was.</summary>
    public static async Task GiveBackAsync(this ExecutionDb db, string runId, double atEndOfSynthesisBq, CancellationToken cancel) =>
        await db.RunRoom.Where(r => r.RunId == runId && r.DosesReserved > 0).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.DosesReserved, r => r.DosesReserved - 1)
            .SetProperty(r => r.ReservedBq, r => r.DosesReserved == 1 ? 0 : r.ReservedBq - atEndOfSynthesisBq), cancel);

    /// <summary>Gives back a reservation that holds room; does nothing for one that does not.</summary>
    public static async Task ReturnAsync(this ExecutionDb db, ReservationRow reservation, ReservationState state, CancellationToken cancel)
    {
        if (reservation.State is not (ReservationState.Provisional or ReservationState.Confirmed)) return;
        reservation.State = state;
        await db.GiveBackAsync(reservation.RunId, reservation.AtEndOfSynthesis.Amount.Bq, cancel);
    }

    /// <summary>Open runs of a product at a site, to read.</summary>
    public static IQueryable<RunRoomRow> OpenRuns(this ExecutionDb db, string siteId, string productCode) =>
        db.RunRoom.AsNoTracking().Where(r => r.SiteId == siteId && r.ProductCode == productCode && r.Open);
}
