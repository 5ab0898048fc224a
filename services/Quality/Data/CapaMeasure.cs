using System.Diagnostics.Metrics;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Data;

/// <summary>Corrective and preventive actions that are overdue, for dashboards and alerts.</summary>
public sealed class CapaMeasure : IMeasure, IDisposable
{
    readonly IServiceScopeFactory scopes;
    readonly Meter meter = new("Doseline.Quality.Capas");
    long overdue;

    /// <summary>Makes the instrument.</summary>
    public CapaMeasure(IServiceScopeFactory scopes)
    {
        this.scopes = scopes;
        meter.CreateObservableGauge("capas_overdue_now", () => overdue, "{action}", "Corrective and preventive actions that are not done, or not checked, by their date.");
    }

    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        overdue = await scope.ServiceProvider.GetRequiredService<QualityDb>().Capas.AsNoTracking().LongCountAsync(c => c.OverdueTime != null, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
