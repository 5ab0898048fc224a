using System.Text.Json;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>Keeps, in the listener's database, what was read and not handled: it is not lost, and where order counts not overtaken.</summary>
public sealed class FactWaits(IServiceScopeFactory scopes, DatabaseTable databases)
{
    const int ReasonLengthMax = 2000;

    /// <summary>Keeps a fact, or what became of it at another try.</summary>
    /// <param name="lease">Claim of the reader: who lost it meanwhile keeps nothing.</param>
    /// <param name="rule">What is done about the fact.</param>
    /// <param name="fact">The fact.</param>
    /// <param name="keys">The rows it touches or needs.</param>
    /// <param name="verdict">What became of it.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>The row; null when it has been dealt with elsewhere.</returns>
    internal async Task<WaitingRow?> KeepAsync(Lease lease, FactRule rule, Fact fact, IReadOnlyList<string> keys, Verdict verdict, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = databases.Of(rule.Service, scope.ServiceProvider);
        var (row, seen) = await db.LoadAsync(db.One<WaitingRow>(fact.Id), db.One<InboxRow>(fact.Id, ""), cancel);
        if (row is { ResolvedTime: not null } || seen?.DataHash == fact.DataHash) return null;
        row ??= db.Put(new WaitingRow
        {
            FactId = fact.Id, Publisher = fact.Source, Position = fact.Position, Type = fact.Type, Keys = JsonSerializer.Serialize(keys),
            Envelope = JsonSerializer.Serialize(fact, JsonSerializerOptions.Web), State = verdict.State, Tries = 0, Reason = "", Build = "", Time = db.Now,
        });
        (row.State, row.Tries, row.NextTime, row.Reason, row.Build) = (verdict.State, verdict.Tries, verdict.NextTime, Cut(verdict.Reason), verdict.Unreadable ? rule.Build : "");
        lease.Require(db);
        await db.SaveChangesAsync(cancel);
        return row;
    }

    /// <summary>True while facts of other logs wait for somebody who is away; those that came too early themselves excuse nobody, or two would excuse each other for ever.</summary>
    internal async Task<bool> OthersWaitAsync(string service, string publisher, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await databases.Of(service, scope.ServiceProvider).Waiting
            .AnyAsync(w => w.Publisher != publisher && w.ResolvedTime == null && w.State == WaitState.Retrying && w.Tries == 0 && !w.Reason.StartsWith(TooEarly.Code), cancel);
    }

    /// <summary>Ends what waits in a save of its own.</summary>
    internal async Task EndAsync(FactRule rule, Func<ServiceDb, Task> end, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = databases.Of(rule.Service, scope.ServiceProvider);
        await end(db);
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Ends what waits because of a fact that is being handled, in the save at hand: its own row goes, and what it settles is overtaken.</summary>
    internal static async Task EndAsync(ServiceDb db, WaitingRow? own, IReadOnlyList<OpenWait> settled, string by, CancellationToken cancel)
    {
        if (own is not null && await db.LoadAsync<WaitingRow>(cancel, own.FactId) is { ResolvedTime: null } row) db.Drop(row);
        foreach (var wait in settled)
        {
            if (await db.LoadAsync<WaitingRow>(cancel, wait.Row.FactId) is not { ResolvedTime: null } earlier) continue;
            (earlier.State, earlier.NextTime, earlier.ResolvedTime, earlier.ResolveReason) = (WaitState.Overtaken, null, db.Now, $"Fact {by} holds the whole row.");
            AddReceipt(db, earlier);
        }
    }

    /// <summary>Writes the inbox row of a fact whose wait ends without its handler: a reader that wakes up late finds it. It had no effect, so what it says may still be told by another.</summary>
    internal static void AddReceipt(ServiceDb db, WaitingRow row) => db.Put(new InboxRow
    {
        FactId = row.FactId, Part = "", Publisher = row.Publisher, Position = row.Position, DataHash = Read(row).DataHash, Time = db.Now,
    });

    internal static string Cut(string reason) => reason.Length <= ReasonLengthMax ? reason : reason[..ReasonLengthMax];

    internal static Fact Read(WaitingRow row) => JsonSerializer.Deserialize<Fact>(row.Envelope, JsonSerializerOptions.Web)!;
}

/// <summary>What became of a fact that was not handled.</summary>
/// <param name="State">Where it stands now.</param>
/// <param name="Reason">Why.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="NextTime">When it is tried again; null when it is not by itself.</param>
/// <param name="Unreadable">True when the next build tries it once.</param>
sealed record Verdict(WaitState State, string Reason, long Tries, DateTimeOffset? NextTime = null, bool Unreadable = false);
