using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Orleans;

namespace Doseline.Execution.Actors;

/// <summary>What a dose is told. Methods and messages are only ever added to, for in a rolling upgrade two versions talk to each other.</summary>
[Alias("doseline.IDose")]
interface IDoseGrain : IActor
{
    /// <summary>Its order was accepted: plans it.</summary>
    [Alias("Accept")]
    Task<DoseTurn> AcceptAsync(OrderAccepted order, CancellationToken cancel);

    /// <summary>Its order was moved.</summary>
    [Alias("Reschedule")]
    Task<DoseTurn> RescheduleAsync(OrderRescheduled moved, CancellationToken cancel);

    /// <summary>Its order was cancelled.</summary>
    [Alias("Cancel")]
    Task<DoseTurn> CancelAsync(OrderCancelled cancelled, CancellationToken cancel);

    /// <summary>Quality decided.</summary>
    [Alias("Decide")]
    Task<DoseTurn> DecideAsync(DoseDispositionChanged decided, CancellationToken cancel);

    /// <summary>The carrier has it.</summary>
    [Alias("Ship")]
    Task<DoseTurn> ShipAsync(PackageShipped shipped, CancellationToken cancel);

    /// <summary>It came back before it left.</summary>
    [Alias("Return")]
    Task<DoseTurn> ReturnAsync(ShipmentVoided voided, CancellationToken cancel);

    /// <summary>It was delivered.</summary>
    [Alias("Deliver")]
    Task<DoseTurn> DeliverAsync(PackageDelivered delivered, CancellationToken cancel);

    /// <summary>It was not delivered after all: the carrier has it still.</summary>
    [Alias("Withdraw")]
    Task<DoseTurn> WithdrawAsync(DeliveryWithdrawn withdrawn, CancellationToken cancel);
}
