using System.Text.Json;
using Doseline.Inventory.V1;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Local.Day;

/// <summary>Finds in the trails and in the ledger what nobody may have done: releases by others than QA, bills before delivery, doses filled twice, lots used unapproved.</summary>
sealed class DayActChecks(ISimulation platform, DayPlay play)
{
    static readonly string[] MayLeave = ["Released", "ConditionallyReleased"];

    /// <summary>What has to hold.</summary>
    /// <param name="ledgers">Ledger of each site.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<IReadOnlyList<Invariant>> CheckAsync(IReadOnlyDictionary<string, DayLedger> ledgers, CancellationToken cancel) =>
        [await ReleasedAsync(cancel), await BilledAsync(cancel), await FilledAsync(cancel), await UsedAsync(ledgers, cancel)];

    async Task<Invariant> ReleasedAsync(CancellationToken cancel)
    {
        var qa = await play.People.WhoReleasesAsync();
        var releases = (await TrailAsync("quality", "doses", "state", cancel)).Where(r => MayLeave.Contains(r.Value)).ToList();
        return Of("nobody but QA released anything", $"{releases.Count} releases", releases.Where(r => r.Actor != qa).Select(r => $"{r.Id} by {r.Actor}"));
    }

    async Task<Invariant> BilledAsync(CancellationToken cancel)
    {
        var (bills, wrong) = (0, new List<string>());
        foreach (var order in (await TrailAsync("orders", "orders", "state", cancel)).ToLookup(r => r.Id, StringComparer.Ordinal))
        {
            var states = order.Select(r => r.Value).ToList();
            if (states.IndexOf("Invoiced") is not (>= 0 and var billed)) continue;
            bills++;
            if (!states.Take(billed).Contains("Delivered", StringComparer.Ordinal)) wrong.Add(order.Key);
        }

        return Of("nothing was billed before it was delivered", $"{bills} bills", wrong);
    }

    async Task<Invariant> FilledAsync(CancellationToken cancel)
    {
        var kinds = (await TrailAsync("execution", "movements", "kind", cancel)).Where(m => m.Value is "Dispensed").Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        var filled = (await TrailAsync("execution", "movements", "reference_id", cancel)).Where(m => kinds.Contains(m.Id)).ToList();
        return Of("no dose was filled twice", $"{filled.Count} fillings", filled.GroupBy(m => m.Value, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    async Task<Invariant> UsedAsync(IReadOnlyDictionary<string, DayLedger> ledgers, CancellationToken cancel)
    {
        // By the order of Inventory's own trail: a lot may be held and approved again in one instant.
        var status = (await TrailAsync("inventory", "lots", "status", cancel)).ToLookup(r => r.Id, StringComparer.Ordinal);
        var booked = (await TrailAsync("inventory", "ledger_transactions", "kind", cancel)).ToDictionary(r => r.Id, r => r.Seq, StringComparer.Ordinal);
        var uses = ledgers.Values.SelectMany(l => l.Entries).GroupBy(e => e.TransactionId, StringComparer.Ordinal)
            .Where(t => t.Any(e => e.Category is PossessionCategory.Wip && e.SignedBq > 0))
            .SelectMany(t => t.Where(e => e.Category is PossessionCategory.Lot && e.SignedBq < 0).Select(e => (Lot: e.HoldingId, Seq: booked[t.Key])).Distinct()).ToList();
        return Of("no lot was used that was not approved at that moment", $"{uses.Count} uses", uses.Where(u => status[u.Lot].LastOrDefault(s => s.Seq < u.Seq).Value is not "Approved").Select(u => u.Lot));
    }

    static Invariant Of(string name, string counted, IEnumerable<string> against)
    {
        List<string> wrong = [.. against];
        return new Invariant(name, wrong is [], wrong is [] ? counted : $"{counted}, but {string.Join(", ", wrong.Take(5))}");
    }

    // What a column of each row became and by whom, in the order of the trail.
    async Task<List<(string Id, long Seq, string Actor, string Value)>> TrailAsync(string service, string entity, string column, CancellationToken cancel)
    {
        await using var scope = platform.Services.CreateAsyncScope();
        var db = platform.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider);
        var rows = await db.AuditTrail.AsNoTracking().Where(a => a.Entity == entity).OrderBy(a => a.Seq).Select(a => new { a.EntityId, a.Seq, a.Actor, a.Changes }).ToListAsync(cancel);
        return [.. rows.Select(r => (r.EntityId, r.Seq, r.Actor, Value: ValueIn(r.Changes, column)!)).Where(r => r.Value is not null)];
    }

    static string? ValueIn(string changes, string column)
    {
        using var document = JsonDocument.Parse(changes);
        return document.RootElement.TryGetProperty(column, out var change) ? change[1].GetString() : null;
    }
}
