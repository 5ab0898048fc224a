using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Doseline.Platform.Hosting;

/// <summary>Ready when every database hosted here answers. The broker does not count: facts are read from the log without it.</summary>
public sealed class DatabaseHealth(DatabaseTable databases, IServiceScopeFactory scopes) : IHealthCheck
{
    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with a database makes the host not ready.")]
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var service in databases.Services)
        {
            try
            {
                await databases.Of(service, scope.ServiceProvider).Database.ExecuteSqlRawAsync("SELECT 1", cancellationToken);
            }
            catch (Exception fault)
            {
                return HealthCheckResult.Unhealthy($"The database of {service} does not answer.", fault);
            }
        }

        return HealthCheckResult.Healthy();
    }
}
