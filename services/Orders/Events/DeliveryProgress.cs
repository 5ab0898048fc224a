using Doseline.Kernel.Messaging;
using Doseline.Orders.Data;
using Doseline.Shipping.V1;

namespace Doseline.Orders.Events;

/// <summary>Follows an order's dose to the door.</summary>
public sealed class DeliveryProgress(OrdersDb db) : IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>, IFactHandler<PackageDelivered>
{
    /// <inheritdoc/>
    public async Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses)
        {
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { } row || Voided(row, fact.PackageId)) continue;
            (row.PackageId, row.ShipTime) = (fact.PackageId, fact.ShipTime.ToDateTimeOffset());
            (row.AtRisk, row.Risk) = (false, "");
            row.Settle();
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses)
        {
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { } row || Voided(row, fact.PackageId)) continue;
            row.VoidedPackages = row.VoidedPackages is "" ? fact.PackageId : $"{row.VoidedPackages},{fact.PackageId}";
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
            if (await db.OfFactAsync(dose.OrderId, cancel) is not { } row || Voided(row, fact.PackageId)) continue;
            row.DeliveryTime = fact.DeliveryTime.ToDateTimeOffset();
            (row.AtRisk, row.Risk) = (false, "");
            row.Settle();
        }
    }

    static bool Voided(OrderRow row, string packageId) => row.VoidedPackages.Split(',').Contains(packageId);
}
