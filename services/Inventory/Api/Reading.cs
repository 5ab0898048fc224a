using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using WireActivity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Inventory.Api;

/// <summary>Reads what api classes of this service have in common.</summary>
static class Reading
{
    const int ContentsMax = 32;

    public static IReadOnlyList<CalibratedActivity> Contents(IReadOnlyList<WireActivity> sent, List<Refusal> refusals)
    {
        if (sent.Count > ContentsMax)
        {
            refusals.Add(Refusal.Invalid("contents", "TOO_MANY", $"At most {ContentsMax} nuclides.").With("count", sent.Count).With("count_max", ContentsMax));
            return [];
        }

        return [.. sent.Select((one, place) => one.Read($"contents[{place}]").OrAdd(refusals)).OfType<CalibratedActivity>()];
    }

    /// <summary>What a site takes in is stated in the nuclide data in force there; where nothing is said, that is meant.</summary>
    public static IReadOnlyList<CalibratedActivity> Contents(IReadOnlyList<WireActivity> sent, SiteRow site, List<Refusal> refusals)
    {
        var inForce = site.NuclideDataVersion is "" ? NuclideData.Current.Version : site.NuclideDataVersion;
        foreach (var (one, place) in sent.Select((one, place) => (one, place)).Where(s => s.one.DataVersion is not "" && s.one.DataVersion != inForce && NuclideData.ForVersion(s.one.DataVersion) is not null))
        {
            refusals.Add(Refusal.Invalid($"contents[{place}].data_version", "DATA_VERSION_NOT_IN_FORCE", $"Nuclide data {one.DataVersion} is not in force at {site.Id}.")
                .With("data_version", one.DataVersion).With("data_version_in_force", inForce));
        }

        return Contents([.. sent.Select(one => one.DataVersion is "" ? new WireActivity(one) { DataVersion = inForce } : one)], refusals);
    }

    public static void RequireCode(this List<Refusal> refusals, string value, string field)
    {
        const int lengthMax = 64;
        if (value.Length is 0 or > lengthMax || value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '-'))
            refusals.Add(Refusal.Invalid(field, "CODE_INVALID", $"{field} has 1 to {lengthMax} letters, digits and hyphens.").With("value", value));
    }

    public static async Task<SiteRow> SiteAsync(this InventoryDb db, string site, CancellationToken cancel) =>
        await db.LoadAsync<SiteRow>(cancel, site) ?? throw Missing($"sites/{site}", "SITE_UNKNOWN", $"There is no site {site}.");

    public static async Task<MaterialRow> MaterialAsync(this InventoryDb db, string code, CancellationToken cancel) =>
        await db.LoadAsync<MaterialRow>(cancel, code) ?? throw Missing($"materials/{code}", "MATERIAL_UNKNOWN", $"There is no material {code}.");

    public static async Task<LotRow> LotAsync(this InventoryDb db, string id, CancellationToken cancel) =>
        await db.LoadAsync<LotRow>(cancel, id) ?? throw Missing($"lots/{id}", "LOT_UNKNOWN", $"There is no lot {id}.");

    public static Material ToDomain(this MaterialRow row) =>
        new(row.Id, row.Radioactive, row.Nuclide, row.Gxp, row.ShelfLifeTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null);

    public static Supplier ToDomain(this SupplierRow row) =>
        new(row.Id, row.LicenceNumber, row.LicenceExpireTime, Json.Read<string[]>(row.MaterialCodes));

    public static RefusedException Missing(string resource, string code, string message) => new(Refusal.Missing(resource, code, message));
}
