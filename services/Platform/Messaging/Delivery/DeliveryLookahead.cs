using System.Collections.Concurrent;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging.Delivery;

/// <summary>What is known of a round's facts before they are delivered, looked up once a round and subscriber instead of once a delivery.</summary>
/// <remarks>It may be stale by the time of a delivery; then the inbox's primary key and the waiting rows' unique key decide.</remarks>
sealed class DeliveryLookahead
{
    readonly ConcurrentDictionary<(string FactId, string Handler), string> seen = new();
    readonly ConcurrentDictionary<(string Handler, string Subject), string> blocked = new();
    readonly ConcurrentDictionary<(string FactId, string Handler), bool> waiting = new();

    /// <summary>Reads what a subscriber's database knows of the facts.</summary>
    public async Task ReadAsync(ServiceDb db, IReadOnlyCollection<Fact> facts, CancellationToken cancel)
    {
        var ids = facts.Select(f => f.Id).Distinct(StringComparer.Ordinal).ToList();
        var subjects = facts.Select(f => f.Subject).Distinct(StringComparer.Ordinal).ToList();
        await foreach (var row in db.Inbox.AsNoTracking().Where(r => ids.Contains(r.FactId)).AsAsyncEnumerable().WithCancellation(cancel))
            seen[(row.FactId, row.Handler)] = row.DataHash;
        var rows = db.Parked.Where(r => r.ResolvedTime == null && subjects.Contains(r.Subject)).OrderBy(r => r.Seq).Select(r => new { r.FactId, r.Handler, r.Subject });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancel))
        {
            waiting[(row.FactId, row.Handler)] = true;
            blocked[(row.Handler, row.Subject)] = row.FactId;
        }
    }

    /// <summary>Hash of the payload that was handled; null when the handler has not seen the fact.</summary>
    public string? Seen(Fact fact, string handler) => seen.GetValueOrDefault((fact.Id, handler));

    /// <summary>True when the fact already waits for this handler.</summary>
    public bool Waits(Fact fact, string handler) => waiting.ContainsKey((fact.Id, handler));

    /// <summary>The fact that this one must not overtake; null when the way is free.</summary>
    public string? Before(Fact fact, string handler) => blocked.GetValueOrDefault((handler, fact.Subject));

    /// <summary>From now on later facts of the same subject queue behind this one.</summary>
    public void Block(Fact fact, string handler) => blocked[(handler, fact.Subject)] = fact.Id;
}
