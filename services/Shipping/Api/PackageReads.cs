using Doseline.Kernel.Rules;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Microsoft.EntityFrameworkCore;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Reads packages with what belongs to them.</summary>
public sealed class PackageReads(ShippingDb db, Consignees consignees)
{
    /// <summary>A package to change: refuses an unknown one, one of another site, and a version that is not the one the caller read.</summary>
    internal async Task<PackageRow> ToChangeAsync(string id, long version, CancellationToken cancel)
    {
        var row = await FindAsync(id, cancel);
        return row.Version == version ? row : throw new RefusedException(Refusal.Stale($"packages/{id}", version, row.Version));
    }

    /// <summary>A package; refuses an unknown one and one of a site where the caller has no rights.</summary>
    internal async Task<PackageRow> FindAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<PackageRow>(cancel, id)
            ?? throw new RefusedException(Missing(id));
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }

    /// <summary>A package to read; to a partner the packages of others do not exist.</summary>
    internal async Task<PackageRow> ToReadAsync(string id, CancellationToken cancel)
    {
        var row = await FindAsync(id, cancel);
        return await consignees.OfCallerAsync(cancel) is { } own && !own.Contains(row.CustomerId, StringComparer.Ordinal) ? throw new RefusedException(Missing(id)) : row;
    }

    static Refusal Missing(string id) => Refusal.Missing($"packages/{id}", "PACKAGE_UNKNOWN", $"There is no package {id}.").With("package_id", id);

    /// <summary>The promises of the doses' orders, as far as they are known here.</summary>
    internal async Task<IReadOnlyList<OrderPromise>> PromisesAsync(IReadOnlyList<DoseInPackage> doses, CancellationToken cancel)
    {
        var rows = await db.LoadAsync(db.Each<OrderCopy>(doses.Select(dose => dose.OrderId)), cancel);
        return [.. rows.Select(row => row.ToDomain())];
    }

    /// <summary>The survey that counts; null for none.</summary>
    internal async Task<SurveyRow?> SurveyAsync(PackageRow package, CancellationToken cancel) =>
        package.SurveyId is null ? null : await db.LoadAsync<SurveyRow>(cancel, package.SurveyId);

    /// <summary>The packaging of a package.</summary>
    internal async Task<PackagingRow> PackagingAsync(PackageRow package, CancellationToken cancel) =>
        await db.LoadAsync<PackagingRow>(cancel, package.PackagingId) ?? throw new RefusedException(PackagingsApi.Missing(package.PackagingId));

    /// <summary>
    /// How a package travels: with the service asked for, else the one its paper names, else the one its orders were promised with.
    /// </summary>
    internal async Task<Decision<CarriagePlan>> PlanAsync(PackageRow package, string asked, IReadOnlyList<OrderPromise> orders, CancellationToken cancel)
    {
        var id = asked is not "" ? asked : package.CarrierServiceId is not "" ? package.CarrierServiceId : CarriageRules.Promised(orders);
        if (id is null)
            return Refusal.Invalid("carrier_service_id", "CARRIER_SERVICE_REQUIRED", "The orders were not promised with one and the same carrier service: name one.");
        var row = await db.LoadAsync<CarrierServiceRow>(cancel, id);
        if (row is null || row.SiteId != package.SiteId) return CarriersApi.Missing(id);
        return orders is [] ? Refusal.State($"packages/{package.Id}", "ORDER_UNKNOWN", "No order of the package is known here.") : CarriageRules.Plan(row.ToDomain(), orders, package.CustomerId, db.Now);
    }

    /// <summary>Classifies a package at an instant of offer.</summary>
    internal static Decision<PackageClassification> Classify(
        PackageRow package, IReadOnlyList<DoseInPackage> doses, DoseRates rates, bool isClean, PackagingClass packaging, DateTimeOffset offer, DateTimeOffset delivery) =>
        Classifier.Classify(new PackageFacts
        {
            Measured = [.. doses.SelectMany(dose => dose.Contents).Select(part => part.ToActivity())],
            Form = new MaterialForm(package.PhysicalForm),
            MassGrams = package.MassGrams,
            Rates = rates,
            IsClean = isClean,
            Packaging = packaging,
            Offer = offer,
            Delivery = delivery > offer ? delivery : offer,
        }, Class7Data.Current);

    /// <summary>Shipments of a package.</summary>
    internal Task<List<ShipmentRow>> ShipmentsAsync(PackageRow row, CancellationToken cancel) => db.LoadAsync(db.All<ShipmentRow>(nameof(ShipmentRow.PackageId), row.Id), cancel);

    /// <summary>A package as sent.</summary>
    internal async Task<Wire.Package> ToWireAsync(PackageRow row, CancellationToken cancel)
    {
        var survey = await SurveyAsync(row, cancel);
        var package = PackageWire.Of(row, survey, (await ShipmentsAsync(row, cancel)).OrderBy(r => r.Attempt));
        List<string> doses = [.. package.Doses.Select(d => d.DoseId)];
        var batches = await db.Hints.AsNoTracking().Where(h => doses.Contains(h.DoseId)).Select(h => h.BatchId).Distinct().ToListAsync(cancel);
        var deviations = await db.Deviations.AsNoTracking().Where(d => batches.Contains(d.BatchId) && (d.DoseId == "" || doses.Contains(d.DoseId))).OrderBy(d => d.Id).ToListAsync(cancel);
        package.Deviations.AddRange(deviations.Select(d => d.ToWire()));
        return package;
    }

    /// <summary>A package as sent once the save that is about to happen has counted its version.</summary>
    internal async Task<Wire.Package> ToWireAfterSaveAsync(PackageRow row, CancellationToken cancel)
    {
        var package = await ToWireAsync(row, cancel);
        package.Version = db.VersionAfter(row);
        return package;
    }
}
