using Doseline.Inventory.Api;
using Doseline.Inventory.Data;
using Doseline.Kernel.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Inventory;

/// <summary>The inventory service: sites, licences, lots and the possession ledger.</summary>
public sealed class InventoryModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "inventory";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module
            .Database<InventoryDb>()
            .Api<SitesApi>()
            .Api<LicencesApi>()
            .Api<MaterialsApi>()
            .Api<LotsApi>()
            .Api<PossessionApi>();
        module.Services.AddScoped<Gate>().AddScoped<Ledger>().AddScoped<PossessionReader>().AddScoped<Issue>();
    }
}
