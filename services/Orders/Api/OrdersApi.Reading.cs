using System.Globalization;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Api;

public sealed partial class OrdersApi
{
    /// <summary>Orders that a watcher is sent at a time.</summary>
    const int WatchBatchMax = 200;

    /// <summary>Orders that a watcher's stream remembers; beyond, a few may be sent twice.</summary>
    const int RememberedMax = 10_000;

    static readonly List<OrderState> Final = [OrderState.Invoiced, OrderState.Cancelled, OrderState.Lost];

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
        if (request.States is { Count: > 0 })
        {
            List<OrderState> states = [.. request.States.Select(s => (OrderState)s).Distinct()];
            query = query.Where(r => states.Contains(r.State));
        }

        if (request.ProductCode is not "") query = query.Where(r => r.ProductCode == request.ProductCode);
        if (request.AtRiskOnly) query = query.Where(r => r.AtRisk || r.PromiseBroken);
        if (request.FromTime is not null)
        {
            var from = request.FromTime.Read("from_time").OrThrow();
            query = query.Where(r => r.WindowStartTime >= from);
        }

        if (request.UntilTime is not null)
        {
            var until = request.UntilTime.Read("until_time").OrThrow();
            query = query.Where(r => r.WindowStartTime < until);
        }

        if (pages.Read(request) is [var ticks, var id])
        {
            var after = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            query = query.Where(r => r.WindowStartTime > after || (r.WindowStartTime == after && r.Id.CompareTo(id) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(r => r.WindowStartTime).ThenBy(r => r.Id).Take(size + 1).ToListAsync(cancel);
        var response = new V1.ListOrdersResponse { Orders = { await writing.WriteAsync([.. rows.Take(size)], cancel) } };
        if (rows.Count > size)
            response.NextPageToken = pages.Write(request, rows[size - 1].WindowStartTime.UtcTicks.ToString(CultureInfo.InvariantCulture), rows[size - 1].Id);
        return response;
    }

    /// <inheritdoc/>
    public override async Task WatchOrders(V1.WatchOrdersRequest request, IServerStreamWriter<V1.WatchOrdersResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        DateTimeOffset? since = request.SinceTime is null ? null : request.SinceTime.Read("since_time").OrThrow();
        var visible = await VisibleAsync(request.CustomerId, request.SiteId, cancel);
        // Commits may become visible a little out of the order of their times: the last seconds are read again, and what was sent is not sent twice.
        var overlap = TimeSpan.FromSeconds(5);
        Dictionary<string, long> sent = new(StringComparer.Ordinal);
        var open = since is null;
        await foreach (var _ in signals.ChangesAsync(db.Service, cancel))
        {
            var from = since is { } known ? known - (open || sent.Count > 0 ? overlap : TimeSpan.Zero) : DateTimeOffset.MinValue;
            var query = since is null ? visible.Where(r => !Final.Contains(r.State)) : visible.Where(r => r.ChangedTime >= from);
            var newest = since ?? db.Now;
            string lastId = "";
            DateTimeOffset lastTime = DateTimeOffset.MinValue;
            List<OrderRow> rows;
            do
            {
                rows = await query.Where(r => r.ChangedTime > lastTime || (r.ChangedTime == lastTime && r.Id.CompareTo(lastId) > 0))
                    .OrderBy(r => r.ChangedTime).ThenBy(r => r.Id).Take(WatchBatchMax).ToListAsync(cancel);
                var changed = await writing.WriteAsync([.. rows.Where(r => sent.GetValueOrDefault(r.Id) < r.Version)], cancel);
                await responseStream.WriteAllAsync([.. changed.Select(order => new V1.WatchOrdersResponse { Order = order })], cancel);
                foreach (var row in rows) sent[row.Id] = row.Version;
                if (rows is [.., var last])
                {
                    (lastTime, lastId) = (last.ChangedTime, last.Id);
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
    async Task<IQueryable<OrderRow>> VisibleAsync(string customerId, string siteId, CancellationToken cancel)
    {
        var caller = db.Request.Caller;
        var query = db.Orders.AsNoTracking();
        if (db.Request.OwnTo() is { } partner)
        {
            List<string> customers = [.. (await catalogs.ReadAsync(cancel)).CustomersOf(partner)];
            query = query.Where(r => customers.Contains(r.CustomerId));
        }
        else if (!caller.Sites.Contains(Platform.Auth.Caller.AllSites, StringComparer.Ordinal))
        {
            List<string> sites = [.. caller.Sites];
            query = query.Where(r => sites.Contains(r.SiteId));
        }

        if (customerId is not "") query = query.Where(r => r.CustomerId == customerId);
        if (siteId is not "") query = query.Where(r => r.SiteId == siteId);
        return query;
    }
}
