using Doseline.Orders.Data;
using Doseline.Platform.Messaging;
using Doseline.Quality.V1;

namespace Doseline.Orders.Events;

/// <summary>Marks the orders of recalled doses, where desk and consignee see it at once.</summary>
public sealed class RecallNotices(OrdersDb db) : IFactHandler<RecallOpened>, IFactHandler<RecallClosed>
{
    /// <inheritdoc/>
    public async Task HandleAsync(RecallOpened fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var row in await db.LoadAsync(db.Each<OrderRow>(fact.Doses.Select(d => d.OrderId)), cancel))
            (row.RecallId, row.RecallReason, row.RecallOpen) = (fact.RecallId, fact.Reason, true);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(RecallClosed fact, Fact envelope, CancellationToken cancel)
    {
        // Another recall of the dose may have come meanwhile.
        foreach (var row in (await db.LoadAsync(db.Each<OrderRow>(fact.OrderIds), cancel)).Where(r => r.RecallId == fact.RecallId)) row.RecallOpen = false;
    }
}
