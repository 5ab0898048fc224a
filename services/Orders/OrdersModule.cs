using Doseline.Execution.V1;
using Doseline.Orders.Api;
using Doseline.Orders.Data;
using Doseline.Orders.Events;
using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;

namespace Doseline.Orders;

/// <summary>The orders service.</summary>
public sealed class OrdersModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "orders";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module
            .Database<OrdersDb>()
            .Api<ProductsApi>()
            .Api<CustomersApi>()
            .Api<PricesApi>()
            .Api<OrdersApi>()
            .Measures<OrdersMeasure>()
            .Calls<SchedulerService.SchedulerServiceClient>()
            // What a cancellation gives back is asked of the schedule, which knows the request: here no row is touched.
            .From("orders", facts => facts.Commutes<OrderCancelled, ReservationReturn>(o => [o.ReservationId]))
            .From("execution", facts => facts
                .InTurn<BatchStarted, ProductionProgress>(b => b.DoseIds)
                .InTurn<DoseDispensed, ProductionProgress>(d => [d.DoseId, d.OrderId])
                .InTurn<DoseAtRisk, ProductionProgress>(d => [d.DoseId, d.OrderId])
                .InTurn<DoseLost, ProductionProgress>(d => [d.DoseId, d.OrderId])
                .InTurn<RunChanged, ProductionProgress>(r => [r.RunId, .. r.OrderIds]))
            .From("quality", facts => facts
                .InTurn<DoseDispositionChanged, DispositionProgress>(d => [d.OrderId])
                .InTurn<RecallOpened, RecallNotices>(r => [r.RecallId, .. r.Doses.Select(d => d.OrderId)])
                .InTurn<RecallClosed, RecallNotices>(r => [r.RecallId, .. r.OrderIds])
                .Commutes<DeviationOpened, Deviations>()
                .Commutes<DeviationClosed, Deviations>()
                .Commutes<CapaLinked, Deviations>())
            .From("shipping", facts => facts
                .LatestWins<CarrierServicePublished, CarrierServices>(c => [c.CarrierServiceId])
                .InTurn<PackageShipped, DeliveryProgress>(p => p.Doses.Select(d => d.OrderId))
                .InTurn<ShipmentVoided, DeliveryProgress>(p => p.Doses.Select(d => d.OrderId))
                .InTurn<PackageDelivered, DeliveryProgress>(p => p.Doses.Select(d => d.OrderId))
                .InTurn<DeliveryWithdrawn, DeliveryProgress>(p => p.Doses.Select(d => d.OrderId)));
        module.Services.AddSingleton<CatalogCache>().AddScoped<Promises>().AddScoped<OrderReading>().AddScoped<OrderWriting>();
    }
}
