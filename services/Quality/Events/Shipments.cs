using Doseline.Platform.Messaging;
using Doseline.Quality.Data;
using Doseline.Shipping.V1;

namespace Doseline.Quality.Events;

/// <summary>
/// Notes where doses went, for a recall, and what left under an outage authorisation, and what came back, so that the reconciliation is held against what happened.
/// </summary>
public sealed class Shipments(QualityDb db) : IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>, IFactHandler<PackageDelivered>
{
    /// <inheritdoc/>
    public async Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in await db.LoadAsync(db.Each<DoseRow>(fact.Doses.Select(d => d.DoseId)), cancel))
            (dose.CustomerId, dose.PackageId, dose.ShipTime) = (fact.CustomerId, fact.PackageId, fact.ShipTime.ToDateTimeOffset());
        foreach (var dose in fact.Doses.Where(d => d.OutageAuthorisationId.Length > 0))
        {
            // Shipping names an authorisation that it verified; one that is not known here is for a person to look at.
            var row = await db.LoadAsync<OutageDoseRow>(cancel, dose.OutageAuthorisationId, dose.DoseId)
                ?? throw new InvalidOperationException($"Dose {dose.DoseId} left under an outage authorisation {dose.OutageAuthorisationId} that does not cover it.");
            (row.ShipTime, row.PackageId) = (fact.ShipTime.ToDateTimeOffset(), fact.PackageId);
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(PackageDelivered fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in await db.LoadAsync(db.Each<DoseRow>(fact.Doses.Select(d => d.DoseId)), cancel)) dose.DeliverTime = fact.DeliveryTime.ToDateTimeOffset();
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in (await db.LoadAsync(db.Each<DoseRow>(fact.Doses.Select(d => d.DoseId)), cancel)).Where(d => d.PackageId == fact.PackageId))
            (dose.CustomerId, dose.PackageId, dose.ShipTime) = ("", "", null);
        foreach (var dose in fact.Doses.Where(d => d.OutageAuthorisationId.Length > 0))
        {
            if (await db.LoadAsync<OutageDoseRow>(cancel, dose.OutageAuthorisationId, dose.DoseId) is { } row) (row.ShipTime, row.PackageId) = (null, "");
        }
    }
}
