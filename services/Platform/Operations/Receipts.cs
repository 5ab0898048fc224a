using Doseline.Operations.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Operations;

/// <summary>What a service did with facts of another.</summary>
static class Receipts
{
    // The audit row of a change and the inbox row of its fact are of one save; an actor's turn, or a clock that stands still, sets them a little apart.
    static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    /// <summary>One line for each fact of a type that the service listens to.</summary>
    /// <param name="db">The receiver's database.</param>
    /// <param name="table">Knows what is listened to.</param>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="facts">Facts.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<IReadOnlyList<Receipt>> OfAsync(ServiceDb db, FactTable table, string publisher, IReadOnlyCollection<FactReference> facts, CancellationToken cancel)
    {
        var rules = table.Of(db.Service, publisher);
        var ids = facts.Select(f => f.FactId).Distinct(StringComparer.Ordinal).ToList();
        var seen = (await db.Inbox.AsNoTracking().Where(r => ids.Contains(r.FactId)).ToListAsync(cancel)).ToLookup(r => r.FactId, StringComparer.Ordinal);
        var waiting = await db.Waiting.AsNoTracking().Where(w => ids.Contains(w.FactId)).ToDictionaryAsync(w => w.FactId, StringComparer.Ordinal, cancel);
        var effects = await EffectsAsync(db, ids, [.. seen.SelectMany(rows => rows)], cancel);
        return [.. facts.Where(f => rules.ContainsKey(f.Type)).Select(f => Of(f, rules[f.Type].Handler, [.. seen[f.FactId]], waiting.GetValueOrDefault(f.FactId), [.. effects[f.FactId]]))];
    }

    static Receipt Of(FactReference fact, string handler, List<InboxRow> seen, WaitingRow? waiting, List<int> changesOfRecords)
    {
        // Effects in several parts have a row each, all with the same payload; one that has another is what there is to tell.
        var row = seen.Find(r => r.DataHash != fact.DataHash) ?? seen.FirstOrDefault();
        Receipt receipt = new()
        {
            FactId = fact.FactId, Handler = handler, HandledHash = row?.DataHash ?? "", HandleTime = row?.Time.ToTimestamp(), EffectCount = changesOfRecords.Sum(),
        };
        receipt.State = (row, waiting) switch
        {
            (_, { State: WaitState.SetAside }) => ReceiptState.SetAside,
            (null, { ResolvedTime: null }) => ReceiptState.Waiting,
            (null, _) => ReceiptState.Missing,
            (not null, _) when row.DataHash != fact.DataHash => ReceiptState.Altered,
            // Each part saves once, so a record cannot have more changes of one fact than it has parts.
            _ => changesOfRecords.Any(changes => changes > seen.Count) ? ReceiptState.Doubled : ReceiptState.Handled,
        };
        return receipt;
    }

    // How often each record was changed for a fact. Looked for near the time of handling, for the trail is indexed by time.
    static async Task<ILookup<string, int>> EffectsAsync(ServiceDb db, List<string> ids, List<InboxRow> seen, CancellationToken cancel)
    {
        if (seen is []) return Enumerable.Empty<int>().ToLookup(_ => "");
        var (from, to) = (seen.Min(r => r.Time) - Apart, seen.Max(r => r.Time) + Apart);
        var counts = await db.AuditTrail.Where(r => r.Time >= from && r.Time <= to && ids.Contains(r.CausationId))
            .GroupBy(r => new { r.CausationId, r.Entity, r.EntityId }).Select(g => new { g.Key.CausationId, Count = g.Count() }).ToListAsync(cancel);
        return counts.ToLookup(c => c.CausationId, c => c.Count, StringComparer.Ordinal);
    }
}
