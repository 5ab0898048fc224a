using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Events;

/// <summary>What handlers of facts have in common: a physical change that has happened is booked, whatever a gate would have said.</summary>
public sealed class Bookings(InventoryDb db, Ledger ledger, Variance variance)
{
    /// <summary>The ledger.</summary>
    public Ledger Ledger => ledger;

    /// <summary>Starts the transaction of a fact; a fact makes one, however often it comes.</summary>
    public Ledger Begin(string kind, Fact fact, DateTimeOffset effective) => ledger.Begin(Id.From("fact", fact.Id), kind, fact.Id, effective);

    /// <summary>The holding of that id.</summary>
    /// <exception cref="OutOfOrderException">It is not known yet: the fact that makes it is still on its way, so this one is tried again.</exception>
    internal async Task<HoldingRow> FindAsync(string id, CancellationToken cancel) =>
        await db.Holdings.FindAsync([id], cancel) ?? throw new OutOfOrderException($"Holding {id} is not known yet.");

    /// <summary>Lines of a holding, those of zero included.</summary>
    internal Task<List<HoldingLineRow>> LinesAsync(string id, CancellationToken cancel) => db.Lines.Where(row => row.HoldingId == id).ToListAsync(cancel);

    /// <summary>Makes a holding that takes part of another.</summary>
    internal HoldingRow Make(Place place, StatusClass status, string batchId)
    {
        HoldingRow row = new()
        {
            Id = place.HoldingId, Account = place.Account, Kind = place.Account, SiteId = place.SiteId, RoomId = place.RoomId, Form = place.Form, Use = place.Use,
            Status = status, BatchId = batchId, Open = true,
        };
        db.Holdings.Add(row);
        return row;
    }

    /// <summary>Takes a measured amount out of a batch, and in proportion every other nuclide of the solution.</summary>
    internal async Task TakeAsync(HoldingRow wip, Place to, BookedLine measured, DateTimeOffset now, CancellationToken cancel)
    {
        var lines = await LinesAsync(wip.Id, cancel);
        var held = lines.Where(line => line.Nuclide == measured.Nuclide).Sum(line => line.Line.At(measured.Reference));
        await ledger.BookAsync(wip.Place, to, measured, cancel);
        // A measurement may say more than was booked; impurities are then all taken, not more.
        var part = held > 0 ? Math.Min(1, measured.Bq / held) : 0;
        foreach (var line in lines.Where(line => line.Nuclide != measured.Nuclide && line.Bq > 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal))
            await ledger.BookAsync(wip.Place, to, line.Line.Times(part), cancel);
        await SettleAsync(wip, now, cancel);
    }

    /// <summary>Settles a batch whose record is closed: what is still booked on it, or booked too much, is a variance.</summary>
    internal async Task SettleAsync(HoldingRow wip, DateTimeOffset now, CancellationToken cancel)
    {
        if (wip is not { Kind: Account.Wip, RecordClosed: true }) return;
        await LinesAsync(wip.Id, cancel);
        foreach (var line in db.Lines.Local.Where(line => line.HoldingId == wip.Id && line.Bq != 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal).ToList())
            await variance.BookAsync(wip.Place, line.Line, now, "batch record closed", cancel);
        wip.Open = false;
    }
}

/// <summary>A fact came before the one it builds on.</summary>
public sealed class OutOfOrderException(string message) : Exception(message);
