using Doseline.Execution.V1;
using Doseline.Platform.Hosting;
using Doseline.Quality.Api;
using Doseline.Quality.Data;
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
            .Api<DeviationsApi>()
            .Api<DispositionApi>()
            .Api<CertificateApi>()
            .Api<AnalysisApi>()
            .Measures<ReleaseMeasure>()
            .Api<OutageApi>()
            .Calls<Orders.V1.OrdersService.OrdersServiceClient>()
            .From("execution", facts => facts
                .InTurn<BatchStarted, BatchProgress>(b => [b.BatchId])
                .InTurn<BatchReadyForDisposition, BatchProgress>(b => [b.BatchId, .. b.Doses.Select(d => d.DoseId)])
                .InTurn<DoseDispensed, DoseProgress>(d => [d.BatchId, d.DoseId])
                .InTurn<DoseLost, DoseProgress>(d => [d.DoseId])
                .InTurn<SampleTaken, SampleArrivals>(s => [s.SampleId])
                .InTurn<ExecutionHoldRaised, ExecutionHolds>(h => [h.BatchId, h.DoseId]))
            .From("shipping", facts => facts
                .InTurn<PackageShipped, OutageUses>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<ShipmentVoided, OutageUses>(p => p.Doses.Select(d => d.DoseId)));
        module.Services.AddScoped<Dispositions>().AddScoped<Signer>().AddScoped<Certifier>().AddScoped<AnalysisDocuments>().AddScoped<OwnDoses>();
    }
}
