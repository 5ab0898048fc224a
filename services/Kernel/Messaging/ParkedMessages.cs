using Doseline.Kernel.Auth;
using Doseline.Kernel.Data;
using Doseline.Kernel.Rules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Kernel.Messaging;

/// <summary>A fact that a handler could not handle.</summary>
/// <param name="FactId">Fact.</param>
/// <param name="Handler">Handler that could not handle it.</param>
/// <param name="Subject">What the fact is about; its later facts wait behind it.</param>
/// <param name="Type">Fact type.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">What went wrong last.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="Time">When it first failed (UTC).</param>
/// <param name="ResolvedTime">When a person dealt with it (UTC); null while it waits.</param>
/// <param name="ResolvedBy">Who dealt with it; null while it waits.</param>
public sealed record ParkedMessage(
    string FactId, string Handler, string Subject, string Type, WaitState State, string Reason, long Tries, DateTimeOffset Time, DateTimeOffset? ResolvedTime, string? ResolvedBy);

/// <summary>Facts that wait because a handler could not handle them, and what a person may do about one.</summary>
/// <remarks>Who may do it is decided by the caller of this class; it records who did, and why, in the save that does it.</remarks>
public sealed class ParkedMessages(FactDispatcher dispatcher, IServiceScopeFactory scopes, DatabaseTable databases, OutboxSignals signals, ILogger<ParkedMessages> log)
{
    const int PageMax = 200;

    /// <summary>Facts that wait in a service, oldest first.</summary>
    /// <param name="service">Service.</param>
    /// <param name="resolved">True for those a person has dealt with.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<IReadOnlyList<ParkedMessage>> ListAsync(string service, bool resolved, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = await databases.Of(service, scope.ServiceProvider).Parked.AsNoTracking()
            .Where(r => (r.ResolvedTime != null) == resolved).OrderBy(r => r.Seq).Take(PageMax).ToListAsync(cancel);
        return [.. rows.Select(r => new ParkedMessage(r.FactId, r.Handler, r.Subject, FactDelivery.Read(r).Type, r.State, r.Reason, r.Tries, r.Time, r.ResolvedTime, r.ResolvedBy))];
    }

    /// <summary>Gives a parked fact to its handler once more; then the facts behind it follow. Doing it again does nothing.</summary>
    /// <returns>False when it had been dealt with before.</returns>
    /// <exception cref="RefusedException">FACT_NOT_PARKED, REASON_MISSING, EARLIER_FACT_WAITS, or REPLAY_FAILED with what went wrong.</exception>
    public Task<bool> ReplayAsync(string factId, string handler, Caller caller, string reason, CancellationToken cancel) =>
        ResolveAsync(factId, handler, caller, reason, WaitState.Replayed, cancel);

    /// <summary>Gives a parked fact up for this handler, so that those behind it follow; delivered again, it does nothing.</summary>
    /// <returns>False when it had been dealt with before.</returns>
    /// <exception cref="RefusedException">FACT_NOT_PARKED, REASON_MISSING or EARLIER_FACT_WAITS.</exception>
    public Task<bool> SetAsideAsync(string factId, string handler, Caller caller, string reason, CancellationToken cancel) =>
        ResolveAsync(factId, handler, caller, reason, WaitState.SetAside, cancel);

    async Task<bool> ResolveAsync(string factId, string handler, Caller caller, string reason, WaitState outcome, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new RefusedException(Refusal.Invalid("reason", "REASON_MISSING", "A parked fact is replayed or set aside for a reason that is written down."));
        var service = handler.Split('.')[0];
        if (!databases.Services.Contains(service, StringComparer.Ordinal)) throw NotParked(factId, handler);
        await using var scope = scopes.CreateAsyncScope();
        var db = databases.Of(service, scope.ServiceProvider);
        var row = await db.Parked.FirstOrDefaultAsync(r => r.FactId == factId && r.Handler == handler, cancel) ?? throw NotParked(factId, handler);
        if (row.ResolvedTime is not null) return false;
        var earlier = await db.Parked.Where(r => r.ResolvedTime == null && r.Handler == handler && r.Subject == row.Subject && r.Seq < row.Seq)
            .OrderBy(r => r.Seq).Select(r => r.FactId).FirstOrDefaultAsync(cancel);
        if (earlier is not null)
        {
            throw new RefusedException(Refusal.State($"facts/{factId}", "EARLIER_FACT_WAITS", $"Fact {earlier} of the same subject waits before this one; deal with it first.")
                .With("earlier_fact_id", earlier).With("handler", handler));
        }

        if (outcome is WaitState.SetAside)
            await SetAsideAsync(db, row, caller, reason, cancel);
        else
            await ReplayAsync(row, caller, reason, cancel);
        log.LogWarning("{Caller}: {Outcome} fact {FactId} of {Handler}: {Reason}", caller.Subject, outcome, factId, handler, reason);
        signals.Set(service, PumpNames.Retries);
        return true;
    }

    async Task ReplayAsync(ParkedRow row, Caller caller, string reason, CancellationToken cancel)
    {
        var subscription = dispatcher.Of(row.Handler)
            ?? throw new RefusedException(Refusal.State($"facts/{row.FactId}", "HANDLER_NOT_HOSTED", $"No handler {row.Handler} is hosted here; set the fact aside.").With("handler", row.Handler));
        try
        {
            var fresh = await dispatcher.RunAsync(subscription, FactDelivery.Read(row), cancel, $"Replayed by {caller.Subject}: {reason}",
                async db => Mark(db, await db.Parked.SingleAsync(r => r.Seq == row.Seq, cancel), WaitState.Replayed, caller, reason));
            if (fresh) return;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new RefusedException(Refusal.State($"facts/{row.FactId}", "REPLAY_FAILED", $"{row.Handler} still cannot handle it: {fault.Message}").With("handler", row.Handler));
        }

        // It had been handled meanwhile: nothing happens twice, and the row is closed.
        await using var scope = scopes.CreateAsyncScope();
        var other = subscription.Database(scope.ServiceProvider);
        if (await other.Parked.FindAsync([row.Seq], cancel) is not { ResolvedTime: null } open) return;
        Mark(other, open, WaitState.Replayed, caller, reason);
        await other.SaveChangesAsync(cancel);
    }

    static async Task SetAsideAsync(ServiceDb db, ParkedRow row, Caller caller, string reason, CancellationToken cancel)
    {
        Mark(db, row, WaitState.SetAside, caller, reason);
        db.Inbox.Add(new InboxRow { FactId = row.FactId, Handler = row.Handler, DataHash = FactDelivery.Read(row).DataHash, Time = db.Now });
        await db.SaveChangesAsync(cancel);
    }

    static void Mark(ServiceDb db, ParkedRow row, WaitState outcome, Caller caller, string reason)
    {
        row.State = outcome;
        row.NextTime = null;
        row.ResolvedTime = db.Now;
        row.ResolvedBy = caller.Subject;
        row.ResolveReason = reason;
    }

    static RefusedException NotParked(string factId, string handler) =>
        new(Refusal.Missing($"facts/{factId}", "FACT_NOT_PARKED", $"Fact {factId} is not parked for {handler}.").With("handler", handler));
}
