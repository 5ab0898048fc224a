using Doseline.Execution.V1;
using Doseline.Inventory.Api;
using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.Events;
using Doseline.Kernel.Ids;
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
            .Questions(StockMeasures.All)
            .Api<MovesApi>()
            .Api<PossessionApi>()
            .Api<CostsApi>()
            .Measures<HeadroomMeasure>()
            .From("execution", facts => facts
                .InTurn<DoseDispensed, ExecutionFacts>(d => [d.BatchId, d.DoseId])
                .InTurn<SampleTaken, ExecutionFacts>(s => [s.BatchId, s.SampleId])
                .InTurn<WasteArisen, ExecutionFacts>(w => [w.FromId, w.WasteId])
                .InTurn<BatchRecordClosed, ExecutionFacts>(b => [b.BatchId])
                .InTurn<BatchRecordReopened, ExecutionFacts>(b => [b.BatchId]))
            .From("waste", facts => facts
                .InTurn<WasteMoved, WasteFacts>(w => [w.WasteId])
                .InTurn<WasteDisposed, WasteFacts>(w => w.WasteIds))
            .From("shipping", facts => facts
                .InTurn<PackageShipped, ShippingFacts>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<ShipmentVoided, ShippingFacts>(p => p.Doses.Select(d => d.DoseId)))
            .From("quality", facts => facts
                .InTurn<SampleDiscarded, QualityFacts>(s => [s.SampleId, Id.From("waste", s.SampleId)])
                .LatestWins<DoseDispositionChanged, QualityFacts>(d => [d.DoseId]));
        module.Services
            .AddScoped<Gate>().AddScoped<Ledger>().AddScoped<Corrections>().AddScoped<Variance>().AddScoped<PossessionReader>()
            .AddScoped<Costs>().AddScoped<Issue>().AddScoped<Bookings>();
    }
}
