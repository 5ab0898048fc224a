using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Labeling.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Instruments;
using Doseline.Quality.Actors;
using Doseline.Quality.Api;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.Events;
using Doseline.Shipping.V1;

namespace Doseline.Quality;

/// <summary>The quality service.</summary>
public sealed class QualityModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "quality";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module
            .Database<QualityDb>()
            .Api<SpecificationsApi>()
            .Api<ResultsApi>()
            .Questions(ResultMeasures.All)
            .Api<DeviationsApi>()
            .Api<DispositionApi>()
            .Api<CertificateApi>()
            .Api<AnalysisApi>()
            .Measures<ReleaseMeasure>()
            .Api<OutageApi>()
            .Api<RecallsApi>()
            .Api<InvestigationsApi>()
            .Api<CapasApi>()
            .Measures<CapaMeasure>()
            .Calls<Orders.V1.OrdersService.OrdersServiceClient>()
            .From("execution", facts => facts
                .InTurn<BatchStarted, BatchProgress>(b => [b.BatchId])
                .InTurn<BatchReadyForDisposition, BatchProgress>(b => [b.BatchId, .. b.Doses.Select(d => d.DoseId)])
                .InTurn<DoseDispensed, DoseProgress>(d => [d.BatchId, d.DoseId])
                .InTurn<DoseLost, DoseProgress>(d => [d.DoseId])
                .InTurn<SampleTaken, SampleArrivals>(s => [s.SampleId])
                .InTurn<ExecutionHoldRaised, ExecutionHolds>(h => [h.BatchId, h.DoseId], anyWord: true)
                .InTurn<EquipmentChanged, InstrumentCopies<QualityDb>>(e => [e.EquipmentId]))
            .From("inventory", facts => facts.Commutes<MaterialIssued, TraceFacts>(m => [m.BatchId]))
            .From("labeling", facts => facts.Commutes<LabelVerified, TraceFacts>(l => [l.DoseId]))
            .From("shipping", facts => facts
                .InTurn<PackageShipped, Shipments>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<ShipmentVoided, Shipments>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<PackageDelivered, Shipments>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<DeliveryWithdrawn, Shipments>(p => p.Doses.Select(d => d.DoseId)))
            .Actor<PendingTestGrain, QualityDb, PendingTestRow>(test => PendingTestRules.Deadline(test.State, test.DueTime))
            .Actor<CapaGrain, QualityDb, CapaRow>(capa => CapaRules.Deadline(capa.State, capa.DueTime, capa.EffectivenessDueTime, capa.OverdueTime));
        module.Services.AddScoped<Dispositions>().AddScoped<Recalls>().AddScoped<Capas>().AddScoped<Signer>().AddScoped<Certifier>().AddScoped<AnalysisDocuments>().AddScoped<OwnDoses>();
    }
}
