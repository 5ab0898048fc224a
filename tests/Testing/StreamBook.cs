using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>Both ends of every stream of facts, read from the databases: what publishers committed and what each listener has taken.</summary>
public sealed class StreamBook
{
    readonly List<(string Listener, string FactId, string Hash)> taken = [];
    readonly List<(string Listener, string FactId, string Hash)> due = [];

    /// <summary>Facts that were committed.</summary>
    public int Published { get; private set; }

    /// <summary>Facts that a listener has not read.</summary>
    public long Unread { get; private set; }

    /// <summary>Facts that wait in a subscriber's database, with the reason.</summary>
    public List<string> Waiting { get; } = [];

    /// <summary>Deliveries that should have been taken and were not.</summary>
    public IReadOnlyList<string> Missing => [.. due.Except(taken).Select(d => $"{d.Listener} {d.FactId}")];

    /// <summary>Deliveries that were taken more than once, or never published.</summary>
    public IReadOnlyList<string> Surplus => [.. taken.GroupBy(t => (t.Listener, t.FactId)).Where(g => g.Count() > 1).Select(g => $"{g.Key.Listener} {g.Key.FactId}"), .. taken.Except(due).Select(d => $"{d.Listener} {d.FactId}")];

    /// <summary>For each listener: how many facts, and one hash over all their payload hashes; equal at both ends when nothing was lost, doubled or altered.</summary>
    public IReadOnlyDictionary<string, ((int Count, string Sum) Published, (int Count, string Sum) Taken)> Sums =>
        due.Concat(taken).Select(d => d.Listener).Distinct(StringComparer.Ordinal).ToDictionary(h => h, h => (Sum(due, h), Sum(taken, h)), StringComparer.Ordinal);

    /// <summary>Facts of each type that were committed.</summary>
    public Dictionary<string, int> ByType { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads every database of a platform.</summary>
    public static async Task<StreamBook> ReadAsync(IServiceProvider services)
    {
        StreamBook book = new();
        var table = services.GetRequiredService<FactTable>();
        var databases = services.GetRequiredService<DatabaseTable>();
        await using var scope = services.CreateAsyncScope();
        book.Unread = (await MessageCounts.UnreadAsync(table, databases, scope.ServiceProvider, CancellationToken.None)).Values.Sum();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            foreach (var fact in Logs.Of(db))
            {
                book.Published++;
                book.ByType[fact.Type] = book.ByType.GetValueOrDefault(fact.Type) + 1;
                book.due.AddRange(table.Of(fact).Select(rule => (rule.Service, fact.Id, Fact.HashOf(fact.Data))));
            }

            // A fact whose effects are turns of several actors has a row of each.
            foreach (var parts in (await db.Inbox.AsNoTracking().ToListAsync()).GroupBy(r => (r.FactId, r.DataHash))) book.taken.Add((service, parts.Key.FactId, parts.Key.DataHash));
            foreach (var row in await db.Waiting.AsNoTracking().Where(w => w.ResolvedTime == null).ToListAsync()) book.Waiting.Add($"{service} {row.Type} {row.State}: {row.Reason}");
        }

        return book;
    }

    /// <summary>Ids of the facts a service has committed.</summary>
    public static async Task<IReadOnlyList<string>> FactIdsAsync(ServiceDb db) => await db.Facts.Select(f => f.Id).ToListAsync();

    static (int, string) Sum(List<(string Listener, string FactId, string Hash)> ends, string listener)
    {
        var hashes = ends.Where(e => e.Listener == listener).Select(e => $"{e.FactId}:{e.Hash}").Order(StringComparer.Ordinal).ToList();
        return (hashes.Count, Fact.HashOf(string.Join('\n', hashes)));
    }
}
