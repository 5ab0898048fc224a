using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Orders.V1;
using Doseline.Platform.Messaging;

namespace Doseline.Orders.Events;

/// <summary>Gives the place of a cancelled order back to the schedule: after the cancellation is durable, and as often as it takes.</summary>
public sealed class ReservationReturn(SchedulerService.SchedulerServiceClient scheduler) : IFactHandler<OrderCancelled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(OrderCancelled fact, Fact envelope, CancellationToken cancel) =>
        await scheduler.UnreserveAsync(
            new UnreserveRequest { RequestId = Id.From("unreserve", fact.ReservationId), ReservationId = fact.ReservationId }, cancellationToken: cancel);
}
