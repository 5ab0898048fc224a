using Doseline.Inventory.Domain;
using Doseline.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Data;

/// <summary>Books what a reading says of an earlier instant, and what follows from it.</summary>
public sealed class Corrections(InventoryDb db, Ledger ledger, Variance variance)
{
    /// <summary>Every entry of a holding, on whichever side of possession.</summary>
    public async Task<IReadOnlyList<Side>> OfAsync(string holdingId, CancellationToken cancel) =>
        [.. (await db.Entries.AsNoTracking().Where(entry => entry.HoldingId == holdingId).ToListAsync(cancel)).Select(SideOf)];

    /// <summary>Books the difference between what was there and what was read, from the instant of the reading on.</summary>
    /// <param name="place">Where the holding was then.</param>
    /// <param name="missing">What was booked too much (negative: what was found).</param>
    /// <param name="requestId">Request that caused it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>Transaction of the variance.</returns>
    public async Task<string> BookAsync(Place place, BookedLine missing, string requestId, string reason, CancellationToken cancel)
    {
        var first = db.Request.Derived("move");
        ledger.Begin(first, "ASSAY", requestId, missing.Reference);
        await variance.BookAsync(place, missing, db.Now, reason, cancel);
        await FollowAsync(first, requestId, place.HoldingId, missing.Times(-1), missing.Reference, cancel);
        return first;
    }

    async Task FollowAsync(string first, string requestId, string holdingId, BookedLine correction, DateTimeOffset since, CancellationToken cancel)
    {
        var touching = db.Entries.Where(entry => entry.HoldingId == holdingId).Select(entry => entry.TransactionId);
        var transactions = (await db.Entries.AsNoTracking().Where(entry => touching.Contains(entry.TransactionId)).ToListAsync(cancel)).ConvertAll(SideOf);
        var left = 1.0;
        foreach (var step in Correction.Follow(transactions, holdingId, correction.Nuclide, since).ToList())
        {
            var carried = correction.Times(left * step.Fraction);
            ledger.Begin(Id.From("follow", first, step.TransactionId, holdingId), Correction.Follows, requestId, step.Effective);
            await ledger.BookAsync(step.From, step.To, carried, cancel);
            if (step.From.HoldingId == step.To.HoldingId) continue;
            left *= 1 - step.Fraction;
            await FollowAsync(first, requestId, step.To.HoldingId, carried, step.Effective, cancel);
        }
    }

    static Side SideOf(LedgerEntryRow entry) => new(entry.TransactionId, entry.Kind, entry.Seq,
        new Place(entry.HoldingId, entry.Account, entry.SiteId, entry.RoomId, entry.Form, entry.Use), entry.Line, entry.EffectiveTime);
}
