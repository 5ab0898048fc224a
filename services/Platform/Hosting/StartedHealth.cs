using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Doseline.Platform.Hosting;

/// <summary>Ready from when everything that belongs to a start is done, the first administrator's password shown among it, until the host is told to stop.</summary>
public sealed class StartedHealth(IHostApplicationLifetime lifetime, IHostLifetime end) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((lifetime.ApplicationStarted.IsCancellationRequested, lifetime.ApplicationStopping.IsCancellationRequested || end is PatientLifetime { IsEnding: true }) switch
        {
            (false, _) => HealthCheckResult.Unhealthy("The start is not done."),
            (_, true) => HealthCheckResult.Unhealthy("The host is stopping."),
            _ => HealthCheckResult.Healthy(),
        });
}
