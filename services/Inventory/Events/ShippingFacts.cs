using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Platform.Messaging;
using Doseline.Shipping.V1;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Events;

/// <summary>Follows packages: possession ends when the carrier has them, and comes back when the shipment is void.</summary>
public sealed class ShippingFacts(InventoryDb db, Bookings bookings) : IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>
{
    /// <inheritdoc/>
    public async Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel)
    {
        bookings.Begin("SHIP", envelope, fact.ShipTime.ToDateTimeOffset());
        foreach (var sent in fact.Doses)
        {
            var dose = await bookings.FindAsync(sent.DoseId, cancel);
            if (dose.Account is Account.Dose && dose.Open)
                await bookings.Ledger.MoveAllAsync(dose, await bookings.LinesAsync(dose.Id, cancel), dose.Place.Outside(Account.Consignee), cancel);
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel)
    {
        bookings.Begin("VOID", envelope, fact.VoidTime.ToDateTimeOffset());
        foreach (var back in fact.Doses)
        {
            var dose = await bookings.FindAsync(back.DoseId, cancel);
            if (dose.Account is not Account.Consignee) continue;
            var last = await db.Entries.AsNoTracking().Where(entry => entry.HoldingId == dose.Id && entry.Account == Account.Dose).OrderByDescending(entry => entry.Seq).FirstAsync(cancel);
            // Back where it was: it changes no room that anybody has chosen.
            await bookings.Ledger.MoveAllAsync(dose, await bookings.LinesAsync(dose.Id, cancel), dose.Place with { Account = Account.Dose, RoomId = last.RoomId }, cancel);
        }
    }
}
