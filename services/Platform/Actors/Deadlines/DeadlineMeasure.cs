using Doseline.Platform.Data;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Actors.Deadlines;

/// <summary>How late the latest deadline is, by the rows, so that a sweep that stands still is seen.</summary>
sealed class DeadlineMeasure(DatabaseTable databases, ActorKinds kinds, IServiceScopeFactory scopes, ActorMeter meter) : IMeasure
{
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var service in databases.Services.Where(kinds.Any))
        {
            var db = databases.Of(service, scope.ServiceProvider);
            meter.Overdue(service, await db.Deadlines.MinAsync(r => (DateTimeOffset?)r.DueTime, cancel) is { } due ? db.Now - due : TimeSpan.Zero);
        }
    }
}
