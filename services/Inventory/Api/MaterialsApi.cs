using System.Globalization;
using Doseline.Inventory.Data;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Inventory.Api;

/// <summary>Materials and suppliers.</summary>
public sealed class MaterialsApi(InventoryDb db, PageTokens pageTokens) : MaterialsService.MaterialsServiceBase
{
    /// <inheritdoc/>
    public override async Task<PutMaterialResponse> PutMaterial(PutMaterialRequest request, ServerCallContext context)
    {
        var (sent, cancel) = (request.Material ?? new Material(), context.CancellationToken);
        List<Refusal> refusals = [];
        refusals.RequireCode(sent.MaterialCode, "material.material_code");
        refusals.RequireText(sent.Name, "material.name");
        if (sent.Radioactive && Kernel.Decay.NuclideData.Current.Find(sent.Nuclide) is not { IsStable: false })
            refusals.Add(Refusal.Invalid("material.nuclide", "NUCLIDE_UNKNOWN", $"'{sent.Nuclide}' is not a radioactive nuclide."));
        if (!sent.Radioactive && sent.Nuclide is not "") refusals.Add(Refusal.Invalid("material.nuclide", "MATERIAL_NOT_RADIOACTIVE", "Cold material has no nuclide."));
        if (!sent.Radioactive) Kernel.Units.UnitTable.Read(sent.Unit, "material.unit").OrAdd(refusals);
        if (sent.ShelfLife is { } life && life.ToTimeSpan() <= TimeSpan.Zero) refusals.Add(Refusal.Invalid("material.shelf_life", "NUMBER_NOT_POSITIVE", "A shelf life is longer than nothing."));
        refusals.ThrowIfAny();

        var row = await db.LoadAsync<MaterialRow>(cancel, sent.MaterialCode);
        SitesApi.RequireVersion($"materials/{sent.MaterialCode}", sent.Version, row?.Version);
        if (row is not null && (row.Radioactive, row.Nuclide, row.Unit) != (sent.Radioactive, sent.Nuclide, sent.Unit))
            throw new RefusedException(Refusal.State($"materials/{row.Id}", "MATERIAL_NATURE_FIXED", "Nuclide and unit of a material never change: its lots are counted in them."));
        row ??= db.Put(new MaterialRow
        {
            Id = sent.MaterialCode, Name = sent.Name, Radioactive = sent.Radioactive, Nuclide = sent.Nuclide, Unit = sent.Unit, Gxp = sent.Gxp,
        });
        (row.Name, row.Gxp, row.ShelfLifeTicks) = (sent.Name, sent.Gxp, sent.ShelfLife?.ToTimeSpan().Ticks);
        var answer = ToWire(row);
        answer.Version = db.VersionAfter(row);
        return await db.AnswerAsync(new PutMaterialResponse { Material = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<PutSupplierResponse> PutSupplier(PutSupplierRequest request, ServerCallContext context)
    {
        var (sent, cancel) = (request.Supplier ?? new Supplier(), context.CancellationToken);
        List<Refusal> refusals = [];
        refusals.RequireCode(sent.SupplierCode, "supplier.supplier_code");
        refusals.RequireText(sent.Name, "supplier.name");
        DateTimeOffset? expire = sent.LicenceNumber is "" ? null : sent.LicenceExpireTime.Read("supplier.licence_expire_time").OrAdd(refusals);
        refusals.ThrowIfAny();

        var row = await db.LoadAsync<SupplierRow>(cancel, sent.SupplierCode);
        SitesApi.RequireVersion($"suppliers/{sent.SupplierCode}", sent.Version, row?.Version);
        foreach (var (code, i) in sent.MaterialCodes.Select((code, i) => (code, i)))
        {
            if (await db.LoadAsync<MaterialRow>(cancel, code) is null)
                refusals.Add(Refusal.Invalid(string.Create(CultureInfo.InvariantCulture, $"supplier.material_codes[{i}]"), "MATERIAL_UNKNOWN", $"There is no material '{code}'.").With("material_code", code));
        }

        refusals.ThrowIfAny();
        row ??= db.Put(new SupplierRow { Id = sent.SupplierCode, Name = sent.Name, LicenceNumber = "", MaterialCodes = "" });
        (row.Name, row.LicenceNumber, row.LicenceExpireTime, row.MaterialCodes) = (sent.Name, sent.LicenceNumber, expire, Json.Write(sent.MaterialCodes.ToArray()));
        var answer = ToWire(row);
        answer.Version = db.VersionAfter(row);
        return await db.AnswerAsync(new PutSupplierResponse { Supplier = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListMaterialsResponse> ListMaterials(ListMaterialsRequest request, ServerCallContext context)
    {
        var (rows, next) = await pageTokens.ReadAsync(request, db.List<MaterialRow>().By(nameof(MaterialRow.Id)), context.CancellationToken);
        return new ListMaterialsResponse { Materials = { rows.Select(ToWire) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ListSuppliersResponse> ListSuppliers(ListSuppliersRequest request, ServerCallContext context)
    {
        var (rows, next) = await pageTokens.ReadAsync(request, db.List<SupplierRow>().By(nameof(SupplierRow.Id)), context.CancellationToken);
        return new ListSuppliersResponse { Suppliers = { rows.Select(ToWire) }, NextPageToken = next };
    }

    static Material ToWire(MaterialRow row) => new()
    {
        MaterialCode = row.Id, Name = row.Name, Radioactive = row.Radioactive, Nuclide = row.Nuclide, Unit = row.Unit, Gxp = row.Gxp,
        ShelfLife = row.ShelfLifeTicks is { } ticks ? Duration.FromTimeSpan(TimeSpan.FromTicks(ticks)) : null, Version = row.Version,
    };

    static Supplier ToWire(SupplierRow row) => new()
    {
        SupplierCode = row.Id, Name = row.Name, LicenceNumber = row.LicenceNumber, LicenceExpireTime = row.LicenceExpireTime.ToWire(),
        MaterialCodes = { Json.Read<string[]>(row.MaterialCodes) }, Version = row.Version,
    };
}
