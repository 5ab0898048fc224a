using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Delivery;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>Both ends of every stream of facts, read from the databases: what publishers committed and what each handler has taken.</summary>
public sealed class StreamBook
{
    readonly List<(string Handler, string FactId, string Hash)> taken = [];
    readonly List<(string Handler, string FactId, string Hash)> due = [];

    /// <summary>Facts that were committed.</summary>
    public int Published { get; private set; }

    /// <summary>Facts that are not marked as published.</summary>
    public int Unsent { get; private set; }

    /// <summary>Facts that wait in a subscriber's database, with the reason.</summary>
    public List<string> Waiting { get; } = [];

    /// <summary>Deliveries that should have been taken and were not.</summary>
    public IReadOnlyList<string> Missing => [.. due.Except(taken).Select(d => $"{d.Handler} {d.FactId}")];

    /// <summary>Deliveries that were taken more than once, or never published.</summary>
    public IReadOnlyList<string> Surplus => [.. taken.GroupBy(t => (t.Handler, t.FactId)).Where(g => g.Count() > 1).Select(g => $"{g.Key.Handler} {g.Key.FactId}"), .. taken.Except(due).Select(d => $"{d.Handler} {d.FactId}")];

    /// <summary>For each handler: how many facts, and one hash over all their payload hashes; equal at both ends when nothing was lost, doubled or altered.</summary>
    public IReadOnlyDictionary<string, ((int Count, string Sum) Published, (int Count, string Sum) Taken)> Sums =>
        due.Concat(taken).Select(d => d.Handler).Distinct(StringComparer.Ordinal).ToDictionary(h => h, h => (Sum(due, h), Sum(taken, h)), StringComparer.Ordinal);

    /// <summary>Facts of each type that were committed.</summary>
    public Dictionary<string, int> ByType { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads every database of a platform.</summary>
    public static async Task<StreamBook> ReadAsync(IServiceProvider services)
    {
        StreamBook book = new();
        var dispatcher = services.GetRequiredService<FactDispatcher>();
        var databases = services.GetRequiredService<DatabaseTable>();
        await using var scope = services.CreateAsyncScope();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            foreach (var row in await db.Outbox.AsNoTracking().ToListAsync())
            {
                book.Published++;
                if (row.SentTime is null) book.Unsent++;
                book.ByType[row.Type] = book.ByType.GetValueOrDefault(row.Type) + 1;
                Fact fact = new()
                {
                    Id = row.Id, Source = service, Type = row.Type, Subject = row.Subject, Time = row.Time, Data = row.Data, DataHash = row.DataHash,
                    CorrelationId = row.CorrelationId, CausationId = row.CausationId, Actor = row.Actor,
                };
                book.due.AddRange(dispatcher.HandlersOf(fact).Select(h => (h.Handler, row.Id, Fact.HashOf(row.Data))));
            }

            foreach (var row in await db.Inbox.AsNoTracking().ToListAsync()) book.taken.Add((row.Handler, row.FactId, row.DataHash));
            foreach (var row in await db.Parked.AsNoTracking().Where(r => r.ResolvedTime == null).ToListAsync()) book.Waiting.Add($"{row.Handler} {row.State}: {row.Reason}");
        }

        return book;
    }

    /// <summary>Ids of the facts a service has committed.</summary>
    public static async Task<IReadOnlyList<string>> FactIdsAsync(ServiceDb db) => await db.Outbox.Select(r => r.Id).ToListAsync();

    static (int, string) Sum(List<(string Handler, string FactId, string Hash)> ends, string handler)
    {
        var hashes = ends.Where(e => e.Handler == handler).Select(e => $"{e.FactId}:{e.Hash}").Order(StringComparer.Ordinal).ToList();
        return (hashes.Count, Fact.HashOf(string.Join('\n', hashes)));
    }
}
