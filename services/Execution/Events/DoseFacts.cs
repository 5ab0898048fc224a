using Doseline.Execution.Actors;
using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Google.Protobuf;

namespace Doseline.Execution.Events;

/// <summary>Tells each dose the facts of orders, quality and shipping that concern it.</summary>
public sealed class DoseFacts(IActors actors, SignatureGate signatures) :
    IFactHandler<OrderAccepted>, IFactHandler<OrderRescheduled>, IFactHandler<OrderCancelled>, IFactHandler<DoseDispositionChanged>,
    IFactHandler<PackageShipped>, IFactHandler<ShipmentVoided>, IFactHandler<PackageDelivered>
{
    /// <summary>The dose of an order: always the same one, so that a repeated fact makes no second dose.</summary>
    public static string DoseOf(string orderId) => Id.From("dose", orderId);

    /// <inheritdoc/>
    public Task HandleAsync(OrderAccepted fact, Fact envelope, CancellationToken cancel) => TellAsync(DoseOf(fact.OrderId), fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(OrderRescheduled fact, Fact envelope, CancellationToken cancel) => TellAsync(DoseOf(fact.Order.OrderId), fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(OrderCancelled fact, Fact envelope, CancellationToken cancel) => TellAsync(DoseOf(fact.OrderId), fact, cancel);

    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispositionChanged fact, Fact envelope, CancellationToken cancel)
    {
        await signatures.RequireReleaseAsync(fact, cancel);
        await TellAsync(fact.DoseId, fact, cancel);
    }

    /// <inheritdoc/>
    public Task HandleAsync(PackageShipped fact, Fact envelope, CancellationToken cancel) => TellAllAsync(fact.Doses, fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(ShipmentVoided fact, Fact envelope, CancellationToken cancel) => TellAllAsync(fact.Doses, fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(PackageDelivered fact, Fact envelope, CancellationToken cancel) => TellAllAsync(fact.Doses, fact, cancel);

    async Task TellAllAsync(IEnumerable<ShippedDose> doses, IMessage fact, CancellationToken cancel)
    {
        foreach (var dose in doses) await TellAsync(dose.DoseId, fact, cancel);
    }

    Task TellAsync(string doseId, IMessage fact, CancellationToken cancel) => actors.AskAsync<DoseTurn>(DoseActor.Type, doseId, fact, cancel);
}
