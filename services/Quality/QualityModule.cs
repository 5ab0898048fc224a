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
            .On<BatchStarted, BatchProgress>()
            .On<BatchReadyForDisposition, BatchProgress>()
            .On<DoseDispensed, DoseProgress>()
            .On<DoseLost, DoseProgress>()
            .On<SampleTaken, SampleArrivals>()
            .On<ExecutionHoldRaised, ExecutionHolds>()
            .On<PackageShipped, OutageUses>()
            .On<ShipmentVoided, OutageUses>();
        module.Services.AddScoped<Dispositions>().AddScoped<Signer>().AddScoped<Certifier>().AddScoped<AnalysisDocuments>();
    }
}
