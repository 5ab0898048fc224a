using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging;

/// <summary>How far each listener has read, and what waits and since when: by the rows, so that a reader that stands still is seen.</summary>
public sealed class MessageMeasure(FactTable table, DatabaseTable databases, IServiceScopeFactory scopes, MessagingMeter meter) : IMeasure
{
    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            var waits = await db.Waiting.AsNoTracking().Where(w => w.ResolvedTime == null).GroupBy(w => w.State)
                .Select(g => new { State = g.Key, Count = g.LongCount(), Oldest = g.Min(w => w.Time) }).ToListAsync(cancel);
            foreach (var state in (WaitState[])[WaitState.Retrying, WaitState.Behind, WaitState.Parked, WaitState.Orphaned])
            {
                var found = waits.Find(w => w.State == state);
                meter.Waiting(service, state, found?.Count ?? 0, found is null ? TimeSpan.Zero : db.Now - found.Oldest);
            }

            foreach (var cursor in await db.Cursors.AsNoTracking().GroupBy(c => c.Publisher).Select(g => new { Publisher = g.Key, Position = g.Min(c => c.Position), ReadTime = g.Min(c => c.ReadTime) }).ToListAsync(cancel))
            {
                // What left the table keeps its row and is not read.
                if (table.Of(service, cursor.Publisher).Count > 0) meter.Cursor(service, cursor.Publisher, cursor.Position, db.Now - cursor.ReadTime);
            }

        }
    }
}
