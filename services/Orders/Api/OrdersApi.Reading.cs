using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Orders.Api;

public sealed partial class OrdersApi
{
    /// <summary>Orders that a watcher is sent at a time.</summary>
    const int WatchBatchMax = 200;

    /// <summary>Orders that a watcher's stream remembers; beyond, a few may be sent twice.</summary>
    const int RememberedMax = 10_000;

    static readonly object[] Final = [OrderState.Invoiced, OrderState.Cancelled, OrderState.Lost];

    /// <inheritdoc/>
    public override async Task<V1.GetOrderResponse> GetOrder(V1.GetOrderRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.OrderId, context.CancellationToken);
        return new V1.GetOrderResponse { Order = (await writing.WriteAsync([row], context.CancellationToken))[0] };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListOrdersResponse> ListOrders(V1.ListOrdersRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = await VisibleAsync(request.CustomerId, request.SiteId, cancel);
        query.IsIfAny(nameof(OrderRow.ProductCode), request.ProductCode);
        if (request.States is { Count: > 0 }) query.Among(nameof(OrderRow.State), request.States.Select(s => (object)(OrderState)s));
        if (request.AtRiskOnly) query.AnyOf(nameof(OrderRow.AtRisk), nameof(OrderRow.PromiseBroken));
        if (request.FromTime is not null) query.From(nameof(OrderRow.WindowStartTime), request.FromTime.Read("from_time").OrThrow());
        if (request.UntilTime is not null) query.Before(nameof(OrderRow.WindowStartTime), request.UntilTime.Read("until_time").OrThrow());
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(OrderRow.WindowStartTime), nameof(OrderRow.Id)), cancel);
        return new V1.ListOrdersResponse { Orders = { await writing.WriteAsync(rows, cancel) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task WatchOrders(V1.WatchOrdersRequest request, IServerStreamWriter<V1.WatchOrdersResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        DateTimeOffset? since = request.SinceTime is null ? null : request.SinceTime.Read("since_time").OrThrow();
        // Commits may become visible a little out of the order of their times: the last seconds are read again, and what was sent is not sent twice.
        var overlap = TimeSpan.FromSeconds(5);
        Dictionary<string, long> sent = new(StringComparer.Ordinal);
        var open = since is null;
        await foreach (var _ in signals.ChangesAsync(db.Service, cancel))
        {
            var from = since is { } known ? known - (open || sent.Count > 0 ? overlap : TimeSpan.Zero) : DateTimeOffset.MinValue;
            var newest = since ?? db.Now;
            string[]? read = null;
            List<OrderRow> rows;
            do
            {
                var query = (await VisibleAsync(request.CustomerId, request.SiteId, cancel)).By(nameof(OrderRow.ChangedTime), nameof(OrderRow.Id)).Behind(read);
                if (since is null) query.NotAmong(nameof(OrderRow.State), Final);
                else query.From(nameof(OrderRow.ChangedTime), from);
                rows = await query.ReadAsync(WatchBatchMax, cancel);
                var changed = await writing.WriteAsync([.. rows.Where(r => sent.GetValueOrDefault(r.Id) < r.Version)], cancel);
                await responseStream.WriteAllAsync([.. changed.Select(order => new V1.WatchOrdersResponse { Order = order })], cancel);
                foreach (var row in rows) sent[row.Id] = row.Version;
                if (rows is [.., var last])
                {
                    read = query.PlaceOf(last);
                    if (last.ChangedTime > newest) newest = last.ChangedTime;
                }
            }
            while (rows.Count == WatchBatchMax);
            since = newest;
            // What is older than the overlap is not read again and need not be remembered.
            if (sent.Count > RememberedMax) sent.Clear();
        }
    }

    // Orders that the caller may see, narrowed to a customer and a site where these are named.
    async Task<RowQuery<OrderRow>> VisibleAsync(string customerId, string siteId, CancellationToken cancel)
    {
        var query = db.List<OrderRow>().IsIfAny(nameof(OrderRow.CustomerId), customerId);
        return db.Request.OwnTo() is { } partner
            ? query.Among(nameof(OrderRow.CustomerId), (await catalogs.ReadAsync(cancel)).CustomersOf(partner)).IsIfAny(nameof(OrderRow.SiteId), siteId)
            : query.AtSites(nameof(OrderRow.SiteId), siteId);
    }
}
