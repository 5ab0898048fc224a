using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Doseline.Platform.Telemetry;

/// <summary>What the host answers to who asks whether it is ready, as series: one for each thing that is asked of it.</summary>
sealed class ReadyMeasure : IMeasure, IDisposable
{
    readonly HealthCheckService health;
    readonly Meter meter = new("Doseline.Ready");
    IReadOnlyList<Measurement<int>> checks = [];

    /// <summary>Makes the instrument.</summary>
    public ReadyMeasure(HealthCheckService health)
    {
        this.health = health;
        meter.CreateObservableGauge("host_ready", () => checks, null, "1 while the host can do its work as far as this check sees, otherwise 0.");
    }

    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        var report = await health.CheckHealthAsync(cancel);
        checks = [.. report.Entries.Select(e => new Measurement<int>(e.Value.Status is HealthStatus.Healthy ? 1 : 0, new KeyValuePair<string, object?>("check", e.Key)))];
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
