using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Doseline.Quality.Data;
using Doseline.Shipping.V1;

namespace Doseline.Quality.Events;

/// <summary>
/// Notes where doses went, for a recall, and what left under an outage authorisation, and what came back, so that the reconciliation is held against what happened.
/// A package whose seal was not intact when it arrived is a deviation of each dose in it: somebody may have been at it.
/// </summary>
public sealed class Shipments(QualityDb db, Dispositions dispositions) : IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>, IFactHandler<PackageDelivered>, IFactHandler<DeliveryWithdrawn>
{
    /// <inheritdoc/>
    public async Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in await DosesAsync(fact.Doses, cancel))
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
        foreach (var dose in await DosesAsync(fact.Doses, cancel))
        {
            dose.DeliverTime = fact.DeliveryTime.ToDateTimeOffset();
            if (!fact.Intact)
            {
                await dispositions.OpenAsync(
                    Id.From("deviation", envelope.Id, dose.Id), dose.BatchId, dose.Id, DeviationOrigin.Shipping, fact.PackageId, "SEAL_NOT_INTACT", "The seal was broken at delivery, or is not the one that was applied.", cancel);
            }
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in (await DosesAsync(fact.Doses, cancel)).Where(d => d.PackageId == fact.PackageId))
            (dose.CustomerId, dose.PackageId, dose.ShipTime) = ("", "", null);
        foreach (var dose in fact.Doses.Where(d => d.OutageAuthorisationId.Length > 0))
        {
            if (await db.LoadAsync<OutageDoseRow>(cancel, dose.OutageAuthorisationId, dose.DoseId) is { } row) (row.ShipTime, row.PackageId) = (null, "");
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DeliveryWithdrawn fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in (await DosesAsync(fact.Doses, cancel)).Where(d => d.PackageId == fact.PackageId)) dose.DeliverTime = null;
    }

    // A dose that left was released here, so it is known, or its own facts are on their way.
    async Task<List<DoseRow>> DosesAsync(IReadOnlyCollection<ShippedDose> shipped, CancellationToken cancel)
    {
        var doses = await db.LoadAsync(db.Each<DoseRow>(shipped.Select(d => d.DoseId)), cancel);
        return shipped.FirstOrDefault(s => !doses.Exists(d => d.Id == s.DoseId)) is { } unknown
            ? throw TooEarly.Of($"doses/{unknown.DoseId}", $"Quality has not heard of dose {unknown.DoseId} yet, so where it went waits.")
            : doses;
    }
}
