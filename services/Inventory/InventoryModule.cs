using Doseline.Execution.V1;
using Doseline.Inventory.Api;
using Doseline.Inventory.Data;
using Doseline.Inventory.Events;
using Doseline.Platform.Hosting;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Waste.V1;

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
            .Api<MovesApi>()
            .Api<PossessionApi>()
            .Api<CostsApi>()
            .Measures<HeadroomMeasure>()
            .On<DoseDispensed, ExecutionFacts>()
            .On<SampleTaken, ExecutionFacts>()
            .On<WasteArisen, ExecutionFacts>()
            .On<BatchRecordClosed, ExecutionFacts>()
            .On<WasteMoved, WasteFacts>()
            .On<WasteDisposed, WasteFacts>()
            .On<PackageShipped, ShippingFacts>()
            .On<ShipmentVoided, ShippingFacts>()
            .On<SampleDiscarded, QualityFacts>()
            .On<DoseDispositionChanged, QualityFacts>();
        module.Services
            .AddScoped<Gate>().AddScoped<Ledger>().AddScoped<Variance>().AddScoped<PossessionReader>()
            .AddScoped<Costs>().AddScoped<Issue>().AddScoped<Bookings>();
    }
}
