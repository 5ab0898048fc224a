using System.Diagnostics.Metrics;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Data;

/// <summary>How orders stand, for dashboards and alerts: read from the rows, so that a restart forgets nothing.</summary>
public sealed class OrdersMeasure : IMeasure, IDisposable
{
    static readonly TimeSpan Lately = TimeSpan.FromDays(1);

    readonly IServiceScopeFactory scopes;
    readonly Meter meter = new("Doseline.Orders");
    IReadOnlyList<(long Orders, KeyValuePair<string, object?>[] Tags)> states = [];
    IReadOnlyList<(long Orders, KeyValuePair<string, object?>[] Tags)> risks = [];
    double? leadSeconds;

    /// <summary>Makes the instruments.</summary>
    public OrdersMeasure(IServiceScopeFactory scopes)
    {
        this.scopes = scopes;
        meter.CreateObservableGauge("orders_now", () => states.Select(s => new Measurement<long>(s.Orders, s.Tags)), "{order}", "Orders by state whose administration lies within a day of now or ahead.");
        meter.CreateObservableGauge("orders_at_risk_now", () => risks.Select(s => new Measurement<long>(s.Orders, s.Tags)), "{order}", "Orders of which a deadline is at risk.");
        meter.CreateObservableGauge("order_lead_time_seconds", () => leadSeconds is { } mean ? [new Measurement<double>(mean)] : Array.Empty<Measurement<double>>(), "s", "Mean time from acceptance to delivery of what was delivered in the last 24 hours.");
    }

    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OrdersDb>();
        var since = db.Now - Lately;
        var counted = await db.Orders.AsNoTracking().Where(o => o.AdministrationTime >= since)
            .GroupBy(o => new { o.SiteId, o.State, o.AtRisk }).Select(g => new { g.Key.SiteId, g.Key.State, g.Key.AtRisk, Orders = g.LongCount() }).ToListAsync(cancel);
        states = [.. counted.GroupBy(c => (c.SiteId, c.State)).Select(g => (g.Sum(c => c.Orders), new KeyValuePair<string, object?>[] { new("site", g.Key.SiteId), new("state", g.Key.State.ToString()) }))];
        risks = [.. counted.GroupBy(c => c.SiteId, StringComparer.Ordinal).Select(g => (g.Where(c => c.AtRisk).Sum(c => c.Orders), new KeyValuePair<string, object?>[] { new("site", g.Key) }))];
        var delivered = await db.Orders.AsNoTracking().Where(o => o.DeliveryTime >= since).Select(o => new { o.AcceptTime, o.DeliveryTime }).ToListAsync(cancel);
        leadSeconds = delivered is [] ? null : delivered.Average(o => (o.DeliveryTime!.Value - o.AcceptTime).TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
