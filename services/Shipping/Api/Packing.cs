using System.Globalization;
using Doseline.Kernel.Rules;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Microsoft.EntityFrameworkCore;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Packs, repacks and unpacks.</summary>
public sealed class Packing(ShippingDb db, DoseSource source, PackageReads reads)
{
    const int DosesMax = 20;
    const int ReasonLengthMax = 500;

    /// <summary>Packs doses of one customer.</summary>
    public async Task<Wire.CreatePackageResponse> CreateAsync(Wire.CreatePackageRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.SiteId, "site_id");
        refusals.RequireText(request.CustomerId, "customer_id");
        refusals.RequireText(request.ChemicalForm, "chemical_form");
        if (request.PhysicalForm is Wire.PhysicalForm.Unspecified || !Enum.IsDefined(request.PhysicalForm))
            refusals.Add(Refusal.Invalid("physical_form", "FORM_REQUIRED", "The physical form is required."));
        CheckList(request.DoseIds, request.ContentMassGrams, refusals);
        refusals.ThrowIfAny();

        // Execution is asked before the lock is taken: nobody waits for another service inside a transaction.
        var doses = await source.FetchAsync(request.DoseIds, refusals, cancel);
        var (packaging, customer, _) = await db.LoadAsync(
            db.One<PackagingRow>(request.PackagingId), db.One<CustomerCopy>(request.CustomerId), db.Each<OrderCopy>(doses.Select(dose => dose.OrderId)), cancel);
        if (packaging is null)
            refusals.Add(PackagingsApi.Missing(request.PackagingId));
        else if (!packaging.Active)
            refusals.Add(Refusal.State($"packagings/{packaging.Id}", "PACKAGING_NOT_ACTIVE", "The packaging is not used any more."));
        if (customer is null)
            refusals.Add(Refusal.Missing($"customers/{request.CustomerId}", "CUSTOMER_UNKNOWN", "The customer is not known here.").With("customer_id", request.CustomerId));
        await CheckDosesAsync(doses, request.SiteId, request.CustomerId, refusals, cancel);

        return await db.LockedAsync($"packing:{request.SiteId}", async () =>
        {
            var id = db.Ids.New();
            List<Refusal> found = [.. refusals];
            await PlaceAsync(doses, id, found, cancel);
            found.ThrowIfAny();
            var row = new PackageRow
            {
                Id = id,
                Number = await NumberAsync(request.SiteId, cancel),
                SiteId = request.SiteId,
                CustomerId = request.CustomerId,
                PackagingId = request.PackagingId,
                State = PackageState.Open,
                PhysicalForm = request.PhysicalForm switch
                {
                    Wire.PhysicalForm.Solid => Phase.Solid,
                    Wire.PhysicalForm.Gas => Phase.Gas,
                    _ => Phase.Liquid,
                },
                ChemicalForm = request.ChemicalForm,
                MassGrams = request.ContentMassGrams > 0 ? request.ContentMassGrams : null,
                Doses = Json.Write(doses),
                ContentVersion = 1,
                ContentTime = db.Now,
            };
            db.Put(row);
            return await db.AnswerAsync(new Wire.CreatePackageResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
        }, cancel);
    }

    /// <summary>Changes what is in a package.</summary>
    public async Task<Wire.RepackPackageResponse> RepackAsync(Wire.RepackPackageRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", ReasonLengthMax);
        CheckList(request.DoseIds, request.ContentMassGrams, refusals);
        refusals.ThrowIfAny();
        var doses = await source.FetchAsync(request.DoseIds, refusals, cancel);
        var row = await reads.FindAsync(request.PackageId, cancel);
        return await db.LockedAsync($"packing:{row.SiteId}", async () =>
        {
            await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
            if (ShipGate.Closed(row.Id, row.State) is { } closed) throw new RefusedException(closed);
            List<Refusal> found = [.. refusals];
            await CheckDosesAsync(doses, row.SiteId, row.CustomerId, found, cancel);
            await FreeAsync(row, keep: request.DoseIds, cancel);
            await PlaceAsync(doses, row.Id, found, cancel);
            found.ThrowIfAny();
            row.Doses = Json.Write(doses);
            row.MassGrams = request.ContentMassGrams > 0 ? request.ContentMassGrams : null;
            row.Open(db.Now);
            return await db.AnswerAsync(new Wire.RepackPackageResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
        }, cancel);
    }

    /// <summary>Unpacks a package for good.</summary>
    public async Task<Wire.DissolvePackageResponse> DissolveAsync(Wire.DissolvePackageRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", ReasonLengthMax);
        refusals.ThrowIfAny();
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        if (ShipGate.Closed(row.Id, row.State) is { } closed) throw new RefusedException(closed);
        await FreeAsync(row, keep: [], cancel);
        row.Open(db.Now);
        row.State = PackageState.Dissolved;
        return await db.AnswerAsync(new Wire.DissolvePackageResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
    }

    static void CheckList(IReadOnlyCollection<string> doseIds, double mass, List<Refusal> refusals)
    {
        if (doseIds.Count is 0 or > DosesMax)
            refusals.Add(Refusal.Invalid("dose_ids", "DOSE_COUNT", $"A package holds 1 to {DosesMax} doses.").With("count", doseIds.Count).With("count_max", DosesMax));
        if (doseIds.Distinct(StringComparer.Ordinal).Count() != doseIds.Count)
            refusals.Add(Refusal.Invalid("dose_ids", "DOSE_TWICE", "A dose is named twice."));
        if (!double.IsFinite(mass) || mass < 0)
            refusals.Add(Refusal.Invalid("content_mass_grams", "MASS_INVALID", "The mass must be a finite number, 0 when not weighed.").With("content_mass_grams", mass));
    }

    async Task CheckDosesAsync(IReadOnlyList<DoseInPackage> doses, string site, string customer, List<Refusal> refusals, CancellationToken cancel)
    {
        var promises = await reads.PromisesAsync(doses, cancel);
        foreach (var dose in doses)
        {
            var resource = $"doses/{dose.DoseId}";
            if (dose.SiteId != site)
                refusals.Add(Refusal.State(resource, "DOSE_AT_OTHER_SITE", "The dose is at another site.").With("dose_id", dose.DoseId).With("dose_site_id", dose.SiteId).With("site_id", site));
            if (promises.FirstOrDefault(order => order.OrderId == dose.OrderId) is not { } promise)
                refusals.Add(Refusal.State(resource, "ORDER_UNKNOWN", "The order of the dose is not known here.").With("dose_id", dose.DoseId).With("order_id", dose.OrderId));
            else if (promise.CustomerId != customer)
                refusals.Add(Refusal.State(resource, "DOSE_OF_OTHER_CUSTOMER", "The dose is for another customer.").With("dose_id", dose.DoseId).With("dose_customer_id", promise.CustomerId).With("customer_id", customer));
            else if (promise.Cancelled)
                refusals.Add(Refusal.State(resource, "ORDER_CANCELLED", "The order of the dose was cancelled.").With("dose_id", dose.DoseId).With("order_id", dose.OrderId));
        }

        if (doses.SelectMany(dose => dose.Contents).Select(part => part.DataVersion).Distinct(StringComparer.Ordinal).Count() > 1)
            refusals.Add(Refusal.State("dose_ids", "DATA_VERSIONS_MIXED", "The doses' activities were computed with different nuclide data; one paper cannot show them together."));
    }

    // No child in two parents: the key of dose_places holds across replicas, the lock makes the refusal a sentence instead of a conflict.
    async Task PlaceAsync(IReadOnlyList<DoseInPackage> doses, string package, List<Refusal> refusals, CancellationToken cancel)
    {
        List<string> ids = [.. doses.Select(dose => dose.DoseId)];
        var (places, history) = await db.LoadAsync(db.Each<DosePlaceRow>(ids), db.All<DoseHistoryRow>(nameof(DoseHistoryRow.DoseId), ids), cancel);
        foreach (var dose in doses)
        {
            if (places.Find(place => place.DoseId == dose.DoseId) is not { } place)
                db.Put(new DosePlaceRow { DoseId = dose.DoseId, PackageId = package });
            else if (place.PackageId != package)
                refusals.Add(Refusal.State($"doses/{dose.DoseId}", "DOSE_IN_OTHER_PACKAGE", "The dose is in another package.").With("dose_id", dose.DoseId).With("package_id", place.PackageId));
            if (!history.Exists(entry => entry.DoseId == dose.DoseId && entry.PackageId == package))
                db.Put(new DoseHistoryRow { DoseId = dose.DoseId, PackageId = package });
        }
    }

    async Task FreeAsync(PackageRow row, IReadOnlyCollection<string> keep, CancellationToken cancel)
    {
        var places = await db.LoadAsync(db.Each<DosePlaceRow>(row.ReadDoses().Select(dose => dose.DoseId).Except(keep, StringComparer.Ordinal)), cancel);
        foreach (var place in places.Where(place => place.PackageId == row.Id)) db.Drop(place);
    }

    async Task<string> NumberAsync(string site, CancellationToken cancel)
    {
        // The number is for people: the day of packing (UTC) and a count of the day, and a piece of the site so that it is unique.
        var day = new DateTimeOffset(db.Now.UtcDateTime.Date, TimeSpan.Zero);
        var date = day.ToString("yyMMdd", CultureInfo.InvariantCulture);
        var prefix = $"P{date}-{Kernel.Ids.Id.From("site", site)[^6..^1].ToUpperInvariant()}-";
        var count = await db.Packages.CountAsync(r => r.Number.StartsWith(prefix), cancel);
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{count + 1:D3}");
    }
}
