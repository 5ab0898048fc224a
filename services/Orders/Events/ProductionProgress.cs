using Doseline.Execution.V1;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Events;

/// <summary>Follows an order through production.</summary>
public sealed class ProductionProgress(OrdersDb db, CatalogCache catalogs)
    : IFactHandler<BatchStarted>, IFactHandler<DoseDispensed>, IFactHandler<DoseAtRisk>, IFactHandler<DoseLost>, IFactHandler<RunChanged>
{
    /// <inheritdoc/>
    public async Task HandleAsync(BatchStarted fact, Fact envelope, CancellationToken cancel)
    {
        List<string> doses = [.. fact.DoseIds];
        foreach (var row in await db.Orders.Where(r => doses.Contains(r.DoseId)).ToListAsync(cancel))
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
        (row.AtRisk, row.Risk) = (true, Codes.Of(fact.Risk));
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
        List<string> ids = [.. fact.OrderIds];
        var catalog = await catalogs.ReadAsync(cancel);
        // An order that was moved to another run meanwhile is not concerned any more.
        foreach (var row in await db.Orders.Where(r => ids.Contains(r.Id) && r.RunId == fact.RunId).ToListAsync(cancel))
        {
            var release = catalog.Product(row.ProductCode, row.ProductVersion)?.ReleaseDuration ?? TimeSpan.Zero;
            var end = fact.EndOfSynthesisTime?.ToDateTimeOffset() ?? row.EndOfSynthesisTime;
            var shelfLife = row.ExpireTime - row.EndOfSynthesisTime;
            row.PromiseBroken = fact.Cancelled || end + release > row.ReleaseByTime || end + shelfLife < row.WindowEndTime;
            if (!fact.Cancelled) (row.EndOfSynthesisTime, row.ExpireTime) = (end, end + shelfLife);
        }
    }
}
