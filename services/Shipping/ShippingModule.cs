using Doseline.Execution.V1;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Quality.V1;
using Doseline.Shipping.Api;
using Doseline.Shipping.Data;
using Doseline.Shipping.Events;

namespace Doseline.Shipping;

/// <summary>The shipping service: Class 7 packages, papers, carriers, the gate in front of them, and proof of delivery.</summary>
public sealed class ShippingModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "shipping";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module
            .Database<ShippingDb>()
            .Api<CarriersApi>()
            .Api<PackagingsApi>()
            .Api<PackagesApi>()
            .Calls<DoseRecordsService.DoseRecordsServiceClient>()
            .Calls<CertificateService.CertificateServiceClient>()
            .On<CustomerPublished, OrderCopies>()
            .On<OrderAccepted, OrderCopies>()
            .On<OrderRescheduled, OrderCopies>()
            .On<OrderCancelled, OrderCopies>()
            .On<LabelVerified, DoseSignals>()
            .On<LabelVoided, DoseSignals>()
            .On<DoseDispositionChanged, DoseSignals>()
            .On<DoseLost, DoseSignals>()
            .On<OutageReleaseAuthorised, OutageCopies>()
            .On<OutageReleaseReconciled, OutageCopies>();
        module.Services
            .AddScoped<Packing>().AddScoped<Surveying>().AddScoped<Papers>().AddScoped<HandOver>()
            .AddScoped<PackageReads>().AddScoped<DoseSource>().AddScoped<ReleaseGate>().AddScoped<OutageGate>().AddScoped<PackageWatch>();
    }
}
