using Doseline.Execution.V1;
using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;

namespace Doseline.Inventory.Events;

/// <summary>Follows production: batch to dose, to sample, to waste, and what is left unexplained.</summary>
public sealed class ExecutionFacts(InventoryDb db, Bookings bookings) :
    IFactHandler<DoseDispensed>, IFactHandler<SampleTaken>, IFactHandler<WasteArisen>, IFactHandler<BatchRecordClosed>, IFactHandler<BatchRecordReopened>
{
    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispensed fact, Fact envelope, CancellationToken cancel)
    {
        if (await bookings.FindAsync(fact.BatchId, fact.DoseId, cancel) is not { } wip) return;
        var measured = BookedLine.From(fact.Measured.Read("measured").OrThrow());
        Place to = new(fact.DoseId, Account.Dose, wip.SiteId, fact.RoomId, wip.Form, wip.Use);
        var status = (await bookings.StatusAsync(fact.DoseId, cancel)).Status;
        await bookings.ArrivedAsync(envelope, wip.Place, to, status, [measured], cancel);
        bookings.Make(to, status, fact.BatchId);
        bookings.Begin("DISPENSE", envelope, envelope.Time);
        await bookings.TakeAsync(wip, to, measured, envelope.Time, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(SampleTaken fact, Fact envelope, CancellationToken cancel)
    {
        if (await bookings.FindAsync(fact.BatchId, fact.SampleId, cancel) is not { } wip) return;
        Place to = new(fact.SampleId, fact.Retained ? Account.RetainedSample : Account.Sample, wip.SiteId, fact.RoomId, wip.Form, wip.Use);
        var measured = BookedLine.From(fact.Activity.Read("activity").OrThrow());
        await bookings.ArrivedAsync(envelope, wip.Place, to, StatusClass.Quarantine, [measured], cancel);
        bookings.Make(to, StatusClass.Quarantine, fact.BatchId);
        bookings.Begin("SAMPLE", envelope, envelope.Time);
        await bookings.TakeAsync(wip, to, measured, envelope.Time, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(WasteArisen fact, Fact envelope, CancellationToken cancel)
    {
        if (await bookings.FindAsync(fact.FromId, fact.WasteId, cancel) is not { } from) return;
        // What the carrier has is no waste here: its return is still on its way.
        if (from.Account is Account.Consignee) throw TooEarly.Of($"holdings/{from.Id}", $"Holding {from.Id} is with the carrier and has not come back yet.");
        // Form and use stay: waste counts on the licence line of what it was, so that becoming waste changes no total.
        Place to = new(fact.WasteId, Account.Waste, from.SiteId, fact.RoomId, from.Form, from.Use);
        // A dose or sample becomes waste as a whole; a batch or lot loses what was found of it.
        var whole = fact.FromKind is HoldingKind.Dose or HoldingKind.Sample || fact.Contents.Count == 0 || fact.Cause is WasteCause.LotSpent;
        var lines = whole
            ? (await bookings.LinesAsync(from.Id, cancel)).Where(line => line.Bq > 0).Select(line => line.Line).ToList()
            : [.. fact.Contents.Select((line, place) => BookedLine.From(line.Read($"contents[{place}]").OrThrow()))];
        await bookings.ArrivedAsync(envelope, from.Place, to, StatusClass.Waste, lines, cancel);
        bookings.Make(to, StatusClass.Waste, fact.BatchId);
        bookings.Begin("WASTE", envelope, envelope.Time);
        foreach (var line in lines.OrderBy(line => line.Nuclide, StringComparer.Ordinal)) await bookings.Ledger.BookAsync(from.Place, to, line, cancel);
        if (whole && from.Kind is not Account.Wip) from.Open = false;
        if (whole && await db.LoadAsync<LotRow>(cancel, from.Id) is { } lot) lot.UsedUp = true;
        await bookings.SettleAsync(from, envelope.Time, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(BatchRecordClosed fact, Fact envelope, CancellationToken cancel)
    {
        // A batch of cold material alone was never issued activity.
        if (await db.LoadAsync<HoldingRow>(cancel, fact.BatchId) is not { } wip) return;
        wip.RecordClosed = true;
        bookings.Begin("CLOSE", envelope, envelope.Time);
        await bookings.SettleAsync(wip, envelope.Time, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(BatchRecordReopened fact, Fact envelope, CancellationToken cancel)
    {
        // What was settled stays booked: closing again settles what has come since.
        if (await db.LoadAsync<HoldingRow>(cancel, fact.BatchId) is { } wip) (wip.RecordClosed, wip.Open) = (false, true);
    }
}
