using Doseline.Execution.V1;
using Doseline.Orders.Data;
using Doseline.Orders.V1;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Events;

/// <summary>Gives the place of a cancelled order back to the schedule: after the cancellation is durable, and as often as it takes.</summary>
public sealed class ReservationReturn(OrdersDb db, SchedulerService.SchedulerServiceClient scheduler) : IFactHandler<OrderCancelled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(OrderCancelled fact, Fact envelope, CancellationToken cancel)
    {
        var order = await db.Orders.AsNoTracking().SingleAsync(o => o.Id == fact.OrderId, cancel);
        await scheduler.UnreserveAsync(
            new UnreserveRequest { RequestId = db.Request.Derived("unreserve", fact.ReservationId), ReservationId = fact.ReservationId, SiteId = order.SiteId }, cancellationToken: cancel);
    }
}
