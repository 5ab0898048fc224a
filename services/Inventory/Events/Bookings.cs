using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;

namespace Doseline.Inventory.Events;

/// <summary>What handlers of facts have in common: a physical change that has happened is booked, whatever a gate would have said.</summary>
public sealed class Bookings(InventoryDb db, Ledger ledger, Variance variance, Gate gate)
{
    /// <summary>The ledger.</summary>
    public Ledger Ledger => ledger;

    /// <summary>Starts the transaction of a fact; a fact makes one, however often it comes.</summary>
    public Ledger Begin(string kind, Fact fact, DateTimeOffset effective) => ledger.Begin(Id.From("fact", fact.Id), kind, fact.Id, effective);

    /// <summary>The holding of that id.</summary>
    /// <exception cref="Kernel.Rules.RefusedException">It is not known yet: the fact that makes it is still on its way, so this one is tried again.</exception>
    internal async Task<HoldingRow> FindAsync(string id, CancellationToken cancel) =>
        (await db.LoadAsync(db.One<HoldingRow>(id), db.LinesOf(id), cancel)).Item1 ?? throw Unknown(id);

    /// <summary>The holding of which another one is to be made; null when that one is there already, for then the fact had its effect.</summary>
    /// <exception cref="Kernel.Rules.RefusedException">It is not known yet.</exception>
    internal async Task<HoldingRow?> FindAsync(string id, string made, CancellationToken cancel)
    {
        var (there, from, _, _) = await db.LoadAsync(db.One<HoldingRow>(made), db.One<HoldingRow>(id), db.LinesOf(made), db.LinesOf(id), cancel);
        return there is not null ? null : from ?? throw Unknown(id);
    }

    /// <summary>
    /// What quality says of a dose, whether or not it is dispensed: whoever of execution and quality is heard first, and also where both are at once, the
    /// holding of the dose has it in the end, for both write this row.
    /// </summary>
    internal async Task<DoseStatusRow> StatusAsync(string doseId, CancellationToken cancel)
    {
        var row = await db.LoadAsync<DoseStatusRow>(cancel, doseId) ?? db.Put(new DoseStatusRow { DoseId = doseId, Status = StatusClass.Quarantine });
        row.Heard++;
        return row;
    }

    /// <summary>Lines of a holding, those of zero included.</summary>
    internal Task<List<HoldingLineRow>> LinesAsync(string id, CancellationToken cancel) => db.LoadAsync(db.LinesOf(id), cancel);

    /// <summary>Makes a holding that takes part of another.</summary>
    internal HoldingRow Make(Place place, StatusClass status, string batchId) => db.Put(new HoldingRow
    {
        Id = place.HoldingId, Account = place.Account, Kind = place.Account, SiteId = place.SiteId, RoomId = place.RoomId, Form = place.Form, Use = place.Use,
        Status = status, BatchId = batchId, Open = true,
    });

    /// <summary>
    /// Looks at activity that has changed its room before it is booked: what the gate would not have let in is booked all the same, for it is there, as an
    /// excursion that is told and rings. What stays in its room is not looked at.
    /// </summary>
    /// <param name="cause">Fact that told of it.</param>
    /// <param name="from">Where it was.</param>
    /// <param name="to">Where it is.</param>
    /// <param name="status">Its status, for segregation.</param>
    /// <param name="lines">Its activities.</param>
    /// <param name="cancel">Cancels.</param>
    internal async Task ArrivedAsync(Fact cause, Place from, Place to, StatusClass status, IReadOnlyList<BookedLine> lines, CancellationToken cancel)
    {
        if (from.RoomId == to.RoomId) return;
        var codes = await gate.ObjectionsAsync(new Arrival(new HeldItem(to, status, lines), db.Now, new HeldItem(from, status, lines)), cancel);
        if (codes is []) return;
        gate.BookExcursion(cause.Id, from.RoomId, to, codes);
    }

    /// <summary>Looks at a holding whose status has changed where it lies.</summary>
    internal async Task StatusChangedAsync(Fact cause, HoldingRow holding, CancellationToken cancel) =>
        await gate.StatusChangedAsync(new HeldItem(holding.Place, holding.Status, [.. (await LinesAsync(holding.Id, cancel)).Where(line => line.Bq > 0).Select(line => line.Line)]), cause.Id, cancel);

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

    /// <summary>
    /// Settles a batch whose record is closed: what is still booked on it, or booked too much, is a variance. So is what was found in a hot cell beyond
    /// what its batch's balance could not place.
    /// </summary>
    internal async Task SettleAsync(HoldingRow wip, DateTimeOffset now, CancellationToken cancel)
    {
        if (wip.Kind is Account.Waste)
        {
            foreach (var line in (await LinesAsync(wip.Id, cancel)).Where(line => line.Bq < 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal))
                await variance.BookAsync(wip.Place, line.Line, now, "more was found than was missing", cancel);
            return;
        }

        if (wip is not { Kind: Account.Wip, RecordClosed: true }) return;
        foreach (var line in (await LinesAsync(wip.Id, cancel)).Where(line => line.Bq != 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal))
            await variance.BookAsync(wip.Place, line.Line, now, "batch record closed", cancel);
        wip.Open = false;
    }

    static Kernel.Rules.RefusedException Unknown(string id) => TooEarly.Of($"holdings/{id}", $"Holding {id} is not known yet.");
}
