using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Doseline.Platform.Actors;

/// <summary>Not ready until the silo has joined the others: a replica that hosts no actors cannot do its service's work, whatever its ports answer.</summary>
sealed class SiloHealth(SiloStart silo) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(silo.Runs ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The silo has not joined the others yet."));
}
