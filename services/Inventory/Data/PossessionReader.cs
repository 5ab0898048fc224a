using Doseline.Inventory.Domain;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Data;

/// <summary>Reads what the gates look at, without tracking.</summary>
public sealed class PossessionReader(InventoryDb db)
{
    /// <summary>Everything at a site: rooms, licences, what is held and what is announced.</summary>
    /// <param name="site">Site.</param>
    /// <param name="withoutExpectation">Announcement that is being fulfilled and so is not counted twice; empty for none.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<SiteState> StateAsync(string site, string withoutExpectation, CancellationToken cancel)
    {
        var (rooms, licences) = await db.LoadAsync(db.All<RoomRow>(nameof(RoomRow.SiteId), site), db.All<LicenceRow>(nameof(LicenceRow.SiteId), site), cancel);
        var held = await HeldAsync(site, cancel);
        var expected = await db.Expectations.AsNoTracking().Where(row => row.SiteId == site && row.Open && row.Id != withoutExpectation).ToListAsync(cancel);
        return new SiteState(site, [.. rooms.Select(row => row.ToDomain())], [.. licences.Select(row => row.ToDomain())],
            [.. held, .. expected.SelectMany(row => Announced(row, held))]);
    }

    /// <summary>A site as it was at an instant: what the ledger says of it, under the licences that were entered by then. Nothing was announced.</summary>
    /// <param name="site">Site.</param>
    /// <param name="asOf">Instant.</param>
    /// <param name="known">Only what was booked and entered by this instant; null for everything.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<SiteState> StateAtAsync(string site, DateTimeOffset asOf, DateTimeOffset? known, CancellationToken cancel)
    {
        var (rooms, licences) = await db.LoadAsync(db.All<RoomRow>(nameof(RoomRow.SiteId), site), db.All<LicenceRow>(nameof(LicenceRow.SiteId), site), cancel);
        return new SiteState(site, [.. rooms.Select(row => row.ToDomain())],
            // An amendment is never changed, so the time of its row is the time at which it was entered.
            [.. licences.Where(row => !(row.ChangedTime > known)).Select(row => row.ToDomain())], await HeldAtAsync(site, asOf, known, cancel));
    }

    /// <summary>What is held at a site now.</summary>
    public async Task<List<HeldItem>> HeldAsync(string site, CancellationToken cancel)
    {
        var rows = await (
            from holding in db.Holdings.AsNoTracking()
            join line in db.Lines.AsNoTracking() on holding.Id equals line.HoldingId
            where holding.SiteId == site && holding.Open && line.Bq != 0
            select new { Holding = holding, Line = line }).ToListAsync(cancel);
        return
        [
            .. rows.GroupBy(row => row.Holding.Id, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new HeldItem(group.First().Holding.Place, group.First().Holding.Status, [.. group.Select(row => row.Line.Line)])),
        ];
    }

    /// <summary>What was held at a site as of a past instant, from the ledger alone.</summary>
    /// <param name="site">Site.</param>
    /// <param name="asOf">Instant; what became effective later is left out.</param>
    /// <param name="known">Only what was booked by this instant; null for everything booked.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<List<HeldItem>> HeldAtAsync(string site, DateTimeOffset asOf, DateTimeOffset? known, CancellationToken cancel)
    {
        var query = db.Entries.AsNoTracking().Where(entry => entry.SiteId == site && entry.EffectiveTime <= asOf);
        if (known is { } until) query = query.Where(entry => entry.RecordTime <= until);
        var entries = await query.ToListAsync(cancel);
        return
        [
            .. entries.Where(entry => entry.Account.IsPossession())
                .GroupBy(entry => new Place(entry.HoldingId, entry.Account, entry.SiteId, entry.RoomId, entry.Form, entry.Use))
                .Select(group => new HeldItem(group.Key, StatusClass.InProcess,
                    [.. group.GroupBy(entry => (entry.Nuclide, entry.DataVersion)).Select(Sum).Where(line => line.Bq != 0)]))
                .Where(item => item.Lines.Count > 0),
        ];
    }

    // What came and went leaves a residue of rounding; a holding that was emptied holds nothing.
    static BookedLine Sum(IEnumerable<LedgerEntryRow> entries)
    {
        List<BookedLine> lines = [.. entries.Select(entry => entry.Line)];
        var sum = lines.Aggregate((left, right) => left.Plus(right));
        return Math.Abs(sum.Bq) <= lines.Max(line => Math.Abs(line.At(sum.Reference))) * 1e-12 ? sum with { Bq = 0 } : sum;
    }

    // A planned move counts at its new place from its instant on, and no longer at the old one; the licence sees no difference. It
    // goes on counting at the old place until it is done, because nothing has left yet.
    static IEnumerable<HeldItem> Announced(ExpectationRow row, List<HeldItem> held)
    {
        if (row.HoldingId is "")
        {
            yield return new HeldItem(new Place(row.Id, Account.Lot, row.SiteId, row.RoomId, row.Form, row.Use), StatusClass.Quarantine, Json.Read<BookedLine[]>(row.Contents), row.ArrivalTime);
        }
        else if (held.Find(item => item.Place.HoldingId == row.HoldingId) is { } moving && moving.Place.RoomId != row.RoomId)
        {
            yield return moving with { Place = moving.Place with { RoomId = row.RoomId }, From = row.ArrivalTime, IsPlannedMove = true };
        }
    }
}
