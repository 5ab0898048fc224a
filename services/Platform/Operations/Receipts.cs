using Doseline.Operations.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Delivery;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Operations;

/// <summary>What a service did with facts of another.</summary>
static class Receipts
{
    // The audit row of a change and the inbox row of its fact are of one save; an actor's turn, or a clock that stands still, sets them a little apart.
    static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    /// <summary>One line for each fact and each handler of its type.</summary>
    /// <param name="db">The receiver's database.</param>
    /// <param name="dispatcher">Knows the handlers.</param>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="facts">Facts.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<IReadOnlyList<Receipt>> OfAsync(ServiceDb db, FactDispatcher dispatcher, string publisher, IReadOnlyCollection<FactReference> facts, CancellationToken cancel)
    {
        var ids = facts.Select(f => f.FactId).Distinct(StringComparer.Ordinal).ToList();
        var seen = (await db.Inbox.AsNoTracking().Where(r => ids.Contains(r.FactId)).ToListAsync(cancel)).ToDictionary(r => (r.FactId, r.Handler));
        var waiting = (await db.Parked.AsNoTracking().Where(r => ids.Contains(r.FactId)).ToListAsync(cancel)).ToDictionary(r => (r.FactId, r.Handler));
        var effects = await EffectsAsync(db, ids, [.. seen.Values], cancel);
        return
        [
            .. from fact in facts
               let handlers = dispatcher.HandlersOf(publisher, fact.Type).Where(s => s.Service == db.Service).ToList()
               from handler in handlers
               select Of(fact, handler.Handler, seen.GetValueOrDefault((fact.FactId, handler.Handler)), waiting.GetValueOrDefault((fact.FactId, handler.Handler)), [.. effects[fact.FactId]], handlers.Count),
        ];
    }

    static Receipt Of(FactReference fact, string handler, InboxRow? seen, ParkedRow? waiting, List<int> changesOfRecords, int handlers)
    {
        Receipt receipt = new()
        {
            FactId = fact.FactId, Handler = handler, HandledHash = seen?.DataHash ?? "", HandleTime = seen?.Time.ToTimestamp(), EffectCount = changesOfRecords.Sum(),
        };
        receipt.State = (seen, waiting) switch
        {
            (_, { State: WaitState.SetAside }) => ReceiptState.SetAside,
            (null, { ResolvedTime: null }) => ReceiptState.Waiting,
            (null, _) => ReceiptState.Missing,
            (not null, _) when seen.DataHash != fact.DataHash => ReceiptState.Altered,
            // Each handler saves once, so a record cannot have more changes of one fact than there are handlers.
            _ => changesOfRecords.Any(changes => changes > handlers) ? ReceiptState.Doubled : ReceiptState.Handled,
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
