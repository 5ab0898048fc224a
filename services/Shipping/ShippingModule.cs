using Doseline.Execution.V1;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Instruments;
using Doseline.Quality.V1;
using Doseline.Shipping.Api;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
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
            .Questions(SurveyMeasures.All)
            .Calls<Orders.V1.CustomersService.CustomersServiceClient>()
            .Calls<DoseRecordsService.DoseRecordsServiceClient>()
            .Calls<CertificateService.CertificateServiceClient>()
            .From("orders", facts => facts
                .LatestWins<CustomerPublished, OrderCopies>(c => [c.CustomerId])
                .InTurn<OrderAccepted, OrderCopies>(o => [o.OrderId])
                .InTurn<OrderRescheduled, OrderCopies>(o => [o.Order.OrderId])
                .InTurn<OrderCancelled, OrderCopies>(o => [o.OrderId]))
            .From("labeling", facts => facts
                .Commutes<LabelVerified, DoseSignals>(l => [l.PrintId])
                .Commutes<LabelVoided, DoseSignals>(l => [l.PrintId]))
            .From("quality", facts => facts
                .LatestWins<DoseDispositionChanged, DoseSignals>(d => [d.DoseId])
                .InTurn<DeviationOpened, Deviations>(d => [d.DeviationId])
                .InTurn<DeviationClosed, Deviations>(d => [d.DeviationId])
                .InTurn<CapaLinked, Deviations>(d => [d.DeviationId])
                .InTurn<OutageReleaseAuthorised, OutageCopies>(o => [o.AuthorisationId])
                .InTurn<OutageReleaseReconciled, OutageCopies>(o => [o.AuthorisationId]))
            .From("execution", facts => facts
                .InTurn<DoseLost, DoseSignals>(d => [d.DoseId])
                .InTurn<EquipmentChanged, InstrumentCopies<ShippingDb>>(e => [e.EquipmentId]));
        module.Services
            .AddScoped<Packing>().AddScoped<Surveying>().AddScoped<Papers>().AddScoped<HandOver>()
            .AddScoped<PackageReads>().AddScoped<Consignees>().AddScoped<DoseSource>().AddScoped<ReleaseGate>().AddScoped<OutageGate>().AddScoped<PackageWatch>();
    }
}
