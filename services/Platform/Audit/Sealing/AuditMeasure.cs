using Doseline.Platform.Data;
using Doseline.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>How many audit rows wait for their seal and since when, by the rows, so that a sealer that stands still is seen.</summary>
sealed class AuditMeasure(DatabaseTable databases, IServiceScopeFactory scopes, AuditSealer sealer, AuditMeter meter) : IMeasure
{
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var service in databases.Services)
        {
            var (rows, oldest) = await sealer.UnsealedAsync(databases.Of(service, scope.ServiceProvider), cancel);
            meter.Waiting(service, rows, oldest);
        }
    }
}
