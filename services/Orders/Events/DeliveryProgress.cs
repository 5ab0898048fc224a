using System.Globalization;
using Doseline.Orders.Data;
using Doseline.Platform.Messaging;
using Doseline.Shipping.V1;

namespace Doseline.Orders.Events;

/// <summary>Follows an order's dose to the door.</summary>
public sealed class DeliveryProgress(OrdersDb db) : IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>, IFactHandler<PackageDelivered>, IFactHandler<DeliveryWithdrawn>
{
    /// <inheritdoc/>
    public async Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses)
        {
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { } row || VoidedSince(row, fact.PackageId, fact.ShipTime.ToDateTimeOffset())) continue;
            (row.PackageId, row.ShipTime) = (fact.PackageId, fact.ShipTime.ToDateTimeOffset());
            row.Settle();
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses)
        {
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { } row || VoidedSince(row, fact.PackageId, fact.VoidTime.ToDateTimeOffset())) continue;
            var mark = string.Create(CultureInfo.InvariantCulture, $"{fact.PackageId}@{fact.VoidTime.ToDateTimeOffset().UtcTicks}");
            row.VoidedPackages = row.VoidedPackages is "" ? mark : $"{row.VoidedPackages},{mark}";
            // A package that took the dose up again is not touched.
            if (row.PackageId == fact.PackageId) (row.PackageId, row.ShipTime) = ("", null);
            row.Settle();
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(PackageDelivered fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses)
        {
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { } row || VoidedSince(row, fact.PackageId, fact.DeliveryTime.ToDateTimeOffset())) continue;
            row.DeliveryTime = fact.DeliveryTime.ToDateTimeOffset();
            row.Settle();
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DeliveryWithdrawn fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses)
        {
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { DeliveryTime: not null } row || row.PackageId != fact.PackageId) continue;
            row.DeliveryTime = null;
            // Nothing is owed for what was not delivered. The invoice keeps its number; a delivery that happens is billed anew.
            if (row.InvoiceId.Length > 0 && await db.LoadAsync<InvoiceRow>(cancel, row.InvoiceId) is { } invoice)
                (invoice.CancelTime, invoice.CancelReason, row.InvoiceId) = (db.Now, fact.Reason, "");
            row.Settle();
        }
    }

    // A package that came back can be offered again: only what happened before it was voided is undone by that.
    static bool VoidedSince(OrderRow row, string packageId, DateTimeOffset instant) => row.VoidedPackages.Split(',').Any(mark =>
        mark.Split('@') is [var id, var ticks] && id == packageId && long.Parse(ticks, CultureInfo.InvariantCulture) >= instant.UtcTicks);
}
