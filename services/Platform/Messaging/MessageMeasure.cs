using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Signing;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging;

/// <summary>How far each listener has read, and what waits and since when: by the rows, so that a reader that stands still is seen.</summary>
public sealed class MessageMeasure(FactTable table, DatabaseTable databases, IServiceScopeFactory scopes, MessagingMeter meter) : IMeasure
{
    // A fault of a version fails many facts alike; whoever is called for the first ten of them has seen enough.
    const int NamedMax = 10;

    DateTimeOffset? begun;

    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        if (begun is null)
        {
            foreach (var service in databases.Services) meter.Begin(service, TypesOf(service), [.. table.Rules.Where(r => r.Service == service)]);
        }

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

            // What waits for somebody who is away has failed at nothing.
            var failing = waits.Exists(w => w.State is WaitState.Parked or WaitState.Retrying)
                ? await db.Waiting.AsNoTracking().Where(w => w.ResolvedTime == null && (w.State == WaitState.Parked || w.State == WaitState.Retrying && w.Tries > 0)).OrderBy(w => w.Time).Take(NamedMax).ToListAsync(cancel)
                : [];
            meter.Failing(service, failing.Select(w => (w, FactWaits.Read(w).Subject, db.Now - w.Time)));
            // What was not read since this process first looked counts from then. What left the table keeps its row and is not read.
            var cursors = await db.Cursors.AsNoTracking().GroupBy(c => c.Publisher).Select(g => new { Publisher = g.Key, Position = g.Min(c => c.Position), ReadTime = g.Min(c => c.ReadTime) })
                .ToDictionaryAsync(c => c.Publisher, StringComparer.Ordinal, cancel);
            begun ??= db.Now;
            foreach (var publisher in table.Pairs.Where(p => p.Service == service).Select(p => p.Publisher))
            {
                var cursor = cursors.GetValueOrDefault(publisher);
                meter.Cursor(service, publisher, cursor?.Position ?? 0, db.Now - (cursor?.ReadTime > begun ? cursor.ReadTime : begun.Value));
            }
        }
    }

    // What a service says has happened stands in a file of its own among the contracts.
    static IEnumerable<string> TypesOf(string service) =>
        ContractMethods.Files.Where(file => file.Package == $"doseline.{service}.v1" && file.Name.EndsWith("/events.proto", StringComparison.Ordinal)).SelectMany(file => file.MessageTypes).Select(m => m.FullName);
}
