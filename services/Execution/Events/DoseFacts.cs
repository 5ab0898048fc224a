using Doseline.Execution.Actors;
using Doseline.Kernel.Ids;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;

namespace Doseline.Execution.Events;

/// <summary>Tells each dose the facts of orders, quality and shipping that concern it.</summary>
public sealed class DoseFacts(ActorDirectory actors) :
    IFactHandler<OrderAccepted>, IFactHandler<OrderRescheduled>, IFactHandler<OrderCancelled>, IFactHandler<DoseDispositionChanged>,
    IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>, IFactHandler<PackageDelivered>, IFactHandler<DeliveryWithdrawn>
{
    /// <summary>The dose of an order: always the same one, so that a repeated fact makes no second dose.</summary>
    public static string DoseOf(string orderId) => Id.From("dose", orderId);

    /// <inheritdoc/>
    public Task HandleAsync(OrderAccepted fact, Fact envelope, CancellationToken cancel) => Dose(DoseOf(fact.OrderId)).AcceptAsync(fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(OrderRescheduled fact, Fact envelope, CancellationToken cancel) => Dose(DoseOf(fact.Order.OrderId)).RescheduleAsync(fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(OrderCancelled fact, Fact envelope, CancellationToken cancel) => Dose(DoseOf(fact.OrderId)).CancelAsync(fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(DoseDispositionChanged fact, Fact envelope, CancellationToken cancel) => Dose(fact.DoseId).DecideAsync(fact, cancel);

    /// <inheritdoc/>
    public async Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses) await Dose(dose.DoseId).ShipAsync(fact, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses) await Dose(dose.DoseId).ReturnAsync(fact, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(PackageDelivered fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses) await Dose(dose.DoseId).DeliverAsync(fact, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DeliveryWithdrawn fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var dose in fact.Doses) await Dose(dose.DoseId).WithdrawAsync(fact, cancel);
    }

    IDoseGrain Dose(string id) => actors.Of<IDoseGrain>(id);
}
