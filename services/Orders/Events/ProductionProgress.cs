using Doseline.Execution.V1;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Messaging;

namespace Doseline.Orders.Events;

/// <summary>Follows an order through production.</summary>
public sealed class ProductionProgress(OrdersDb db, CatalogCache catalogs)
    : IFactHandler<BatchStarted>, IFactHandler<DoseDispensed>, IFactHandler<DoseAtRisk>, IFactHandler<DoseLost>, IFactHandler<RunChanged>
{
    /// <inheritdoc/>
    public async Task HandleAsync(BatchStarted fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var row in await db.LoadAsync(db.All<OrderRow>(nameof(OrderRow.DoseId), fact.DoseIds), cancel))
        {
            (row.BatchId, row.Started) = (fact.BatchId, true);
            row.Settle();
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispensed fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.OfFactAsync(fact.OrderId, cancel) is not { } row) return;
        (row.BatchId, row.Started, row.Dispensed, row.ExpireTime) = (fact.BatchId, true, true, fact.ExpireTime?.ToDateTimeOffset() ?? row.ExpireTime);
        row.Settle();
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DoseAtRisk fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.OfFactAsync(fact.OrderId, cancel) is not { } row) return;
        row.Risk = Codes.Of(fact.Risk);
        row.Settle();
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DoseLost fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.OfFactAsync(fact.OrderId, cancel) is not { } row) return;
        row.LossCause = Codes.Of(fact.Cause);
        row.Settle();
    }

    /// <inheritdoc/>
    public async Task HandleAsync(RunChanged fact, Fact envelope, CancellationToken cancel)
    {
        var catalog = await catalogs.ReadAsync(cancel);
        // An order that was moved to another run meanwhile is not concerned any more.
        foreach (var row in (await db.LoadAsync(db.Each<OrderRow>(fact.OrderIds), cancel)).Where(r => r.RunId == fact.RunId))
        {
            var release = catalog.Product(row.ProductCode, row.ProductVersion)?.ReleaseDuration ?? TimeSpan.Zero;
            var end = fact.EndOfSynthesisTime?.ToDateTimeOffset() ?? row.EndOfSynthesisTime;
            var shelfLife = row.ExpireTime - row.EndOfSynthesisTime;
            row.PromiseBroken = fact.Cancelled || end + release > row.ReleaseByTime || end + shelfLife < row.WindowEndTime;
            if (!fact.Cancelled) (row.EndOfSynthesisTime, row.ExpireTime) = (end, end + shelfLife);
        }
    }
}
