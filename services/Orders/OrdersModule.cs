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
            .On<CarrierServicePublished, CarrierServices>()
            .On<OrderCancelled, ReservationReturn>()
            .On<BatchStarted, ProductionProgress>()
            .On<DoseDispensed, ProductionProgress>()
            .On<DoseAtRisk, ProductionProgress>()
            .On<DoseLost, ProductionProgress>()
            .On<RunChanged, ProductionProgress>()
            .On<DoseDispositionChanged, DispositionProgress>()
            .On<DeviationOpened, Deviations>()
            .On<DeviationClosed, Deviations>()
            .On<PackageShipped, DeliveryProgress>()
            .On<ShipmentVoided, DeliveryProgress>()
            .On<PackageDelivered, DeliveryProgress>();
        module.Services.AddSingleton<CatalogCache>().AddScoped<Promises>().AddScoped<OrderReading>().AddScoped<OrderWriting>();
    }
}
