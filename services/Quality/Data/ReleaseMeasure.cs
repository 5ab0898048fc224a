using Doseline.Kernel.Rules;
using System.Diagnostics.Metrics;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Data;

/// <summary>How long doses wait for QA, for dashboards and alerts: activity decays meanwhile.</summary>
public sealed class ReleaseMeasure : IMeasure, IDisposable
{
    readonly IServiceScopeFactory scopes;
    readonly Meter meter = new("Doseline.Quality");
    long waiting;
    double oldestSeconds;
    double overdueSeconds;

    /// <summary>Makes the instruments.</summary>
    public ReleaseMeasure(IServiceScopeFactory scopes)
    {
        this.scopes = scopes;
        meter.CreateObservableGauge("release_waiting_now", () => waiting, "{dose}", "Doses whose production is complete and that nobody has decided on.");
        meter.CreateObservableGauge("release_oldest_seconds", () => oldestSeconds, "s", "How long the first of them has waited.");
        meter.CreateObservableGauge("release_overdue_seconds", () => overdueSeconds, "s", "How long ago the first of them had to be released to make its cut-off; 0 when none is late.");
    }

    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<QualityDb>();
        var now = db.Now;
        var doses = await (
            from dose in db.Doses.AsNoTracking()
            join batch in db.Batches.AsNoTracking() on dose.BatchId equals batch.Id
            where batch.ReadyTime != null && dose.State == QualityStatus.Pending && dose.LostCause == "" && dose.ExpireTime > now
            select new { batch.ReadyTime, dose.ReleaseByTime }).ToListAsync(cancel);
        waiting = doses.Count;
        oldestSeconds = doses is [] ? 0 : doses.Max(d => (now - d.ReadyTime!.Value).TotalSeconds);
        overdueSeconds = Math.Max(0, doses.Select(d => (now - (d.ReleaseByTime ?? now)).TotalSeconds).DefaultIfEmpty(0).Max());
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
