using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Delivery;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging;

/// <summary>How long the oldest fact has waited to be published, and how many facts of others are parked: by the rows, so that a relay that stands still is seen.</summary>
public sealed class MessageMeasure(DatabaseTable databases, IServiceScopeFactory scopes, MessagingMeter meter) : IMeasure
{
    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            var unsent = await db.Outbox.LongCountAsync(r => r.SentTime == null, cancel);
            var oldest = unsent == 0 ? null : await db.Outbox.Where(r => r.SentTime == null).MinAsync(r => (DateTimeOffset?)r.Time, cancel);
            meter.Outbox(service, unsent, oldest is { } time ? db.Now - time : TimeSpan.Zero);
            meter.Standing(service,
                await db.Parked.LongCountAsync(r => r.ResolvedTime == null && r.State == WaitState.Parked, cancel),
                await db.Parked.LongCountAsync(r => r.ResolvedTime == null && r.State != WaitState.Parked, cancel));
        }
    }
}
