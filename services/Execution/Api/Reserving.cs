using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Api;

/// <summary>
/// Finds the run that serves a wish latest, which leaves the dose freshest, and takes room in it. One indexed query gives the candidates; a
/// condition of the save guards the one that is chosen; nothing is held between calls, so that any number of replicas reserve at once.
/// </summary>
sealed class Reserving(ExecutionDb db)
{
    // A window rarely holds more runs than this; when it does, the next page is read.
    const int CandidatesMax = 16;

    public Task<ReserveResponse> ReserveAsync(ReserveRequest request, CancellationToken cancel)
    {
        var wish = Read(request).OrThrow();
        // Whoever took the last room between the look and the save makes this look again.
        return db.DecideAsync(async () =>
        {
            var earlier = request.ReplacesReservationId is "" ? null : await ReplaceAsync(request.ReplacesReservationId, wish, cancel);
            var (run, room, there) = await FindAsync(wish, earlier, cancel) ?? throw new RefusedException(await WhyNotAsync(wish, cancel));
            db.Take(room.RunId, there.Amount.Bq);
            ReservationRow reservation = new()
            {
                Id = db.Ids.New(),
                RunId = run.Id,
                OrderId = wish.OrderId,
                AtEndOfSynthesis = there,
                Wanted = wish.Wanted,
                State = ReservationState.Provisional,
                ProvisionalUntilTime = db.Now + ScheduleRules.ProvisionalFor,
            };
            db.Put(reservation);
            return await db.AnswerAsync(new ReserveResponse { ReservationId = reservation.Id, Run = run.ToWire(room), AtEndOfSynthesis = there.ToWire() }, cancel);
        }, cancel);
    }

    static Decision<Wish> Read(ReserveRequest request)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.OrderId, "order_id", 64);
        refusals.RequireText(request.ProductCode, "product_code", 64);
        refusals.RequireText(request.SiteId, "site_id", 64);
        var releaseBy = request.ReleaseByTime.Read("release_by_time").OrAdd(refusals);
        var notBefore = request.NotBeforeTime.Read("not_before_time").OrAdd(refusals);
        var wanted = request.Wanted.Read("wanted").OrAdd(refusals);
        if (wanted is { Amount.Bq: 0 }) refusals.Add(Refusal.Invalid("wanted.activity_bq", "ACTIVITY_NOT_POSITIVE", "More than 0 Bq must be wanted."));
        return refusals is [] ? new Wish(request.OrderId, request.ProductCode, request.SiteId, releaseBy, notBefore, wanted!) : refusals;
    }

    // Gives the earlier reservation back; null when it holds no room any more.
    async Task<ReservationRow?> ReplaceAsync(string reservationId, Wish wish, CancellationToken cancel)
    {
        var earlier = await db.LoadAsync<ReservationRow>(cancel, reservationId)
            ?? throw new RefusedException(Refusal.Missing($"reservations/{reservationId}", "RESERVATION_UNKNOWN", "There is no such reservation."));
        if (earlier.OrderId != wish.OrderId)
            throw new RefusedException(Refusal.State($"reservations/{reservationId}", "RESERVATION_OF_OTHER_ORDER", "The reservation to replace belongs to another order.").With("order_id", earlier.OrderId));
        await db.RequireSiteOfRunAsync(earlier.RunId, cancel);
        return db.Return(earlier, ReservationState.Returned) ? earlier : null;
    }

    async Task<(RunRow Run, RunRoomRow Room, CalibratedActivity There)?> FindAsync(Wish wish, ReservationRow? earlier, CancellationToken cancel)
    {
        var its = earlier?.RunId;
        for (var before = DateTimeOffset.MaxValue; ;)
        {
            var candidates = await InWindow(wish).Where(r => (r.DosesReserved < r.DoseCapacity || r.RunId == its) && r.EndOfSynthesisTime < before)
                .OrderByDescending(r => r.EndOfSynthesisTime).Take(CandidatesMax)
                .Join(db.Runs.AsNoTracking(), room => room.RunId, run => run.Id, (room, run) => new { Room = room, Run = run }).ToListAsync(cancel);
            // A join need not keep the order of what it joins.
            candidates.Sort((a, b) => b.Room.EndOfSynthesisTime.CompareTo(a.Room.EndOfSynthesisTime));
            foreach (var candidate in candidates)
            {
                // What is given back with the same save is there to be taken.
                var room = candidate.Room.RunId == its ? candidate.Room.Without(earlier!.AtEndOfSynthesis.Amount.Bq) : candidate.Room;
                if (room.Nuclide != wish.Wanted.Nuclide.Symbol) continue;
                var there = wish.At(room.EndOfSynthesisTime).OrThrow();
                // As this call found it and leaves it; what others took meanwhile is not looked up.
                if (room.ToDomain().Holds(there.Amount.Bq))
                    return (candidate.Run, room with { DosesReserved = room.DosesReserved + 1, ReservedBq = room.ReservedBq + there.Amount.Bq }, there);
            }

            if (candidates.Count < CandidatesMax) return null;
            before = candidates[^1].Room.EndOfSynthesisTime;
        }
    }

    async Task<Refusal> WhyNotAsync(Wish wish, CancellationToken cancel)
    {
        var inWindow = await InWindow(wish).ToListAsync(cancel);
        var now = db.Now;
        var others = await db.OpenRuns(wish.SiteId, wish.ProductCode).Where(r => r.EndOfSynthesisTime > now && r.DosesReserved < r.DoseCapacity).ToListAsync(cancel);
        var nearest = others.Where(r => r.Nuclide == wish.Wanted.Nuclide.Symbol).Select(r => r.ToDomain())
            .Where(r => wish.At(r.EndOfSynthesis) is { Accepted: true, Value: var there } && r.Holds(there.Amount.Bq))
            .MinBy(r => Outside(wish, r));
        return ScheduleRules.NoRoom(wish, [.. inWindow.Select(r => r.ToDomain())], nearest);
    }

    // How far a run is outside the window: late by its release, or early by its end of synthesis.
    static TimeSpan Outside(Wish wish, RunRoom run) =>
        run.Release > wish.ReleaseBy ? run.Release - wish.ReleaseBy : wish.NotBefore - run.EndOfSynthesis;

    IQueryable<RunRoomRow> InWindow(Wish wish) => db.OpenRuns(wish.SiteId, wish.ProductCode)
        .Where(r => r.EndOfSynthesisTime >= wish.NotBefore && r.ReleaseTime <= wish.ReleaseBy && r.EndOfSynthesisTime > db.Now);
}
