using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Delivery;

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
    /// <param name="factId">Fact.</param>
    /// <param name="handler">Handler that could not handle it.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="answer">Puts the answer of the call among what is saved with it: a repeated call then never finds the one without the other; null when nobody waits for one.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>False when it had been dealt with before.</returns>
    /// <exception cref="RefusedException">FACT_NOT_PARKED, REASON_MISSING, EARLIER_FACT_WAITS, or REPLAY_FAILED with what went wrong.</exception>
    public Task<bool> ReplayAsync(string factId, string handler, Caller caller, string reason, Action<ServiceDb>? answer, CancellationToken cancel) =>
        ResolveAsync(factId, handler, new Resolution(WaitState.Replayed, caller, reason, answer), cancel);

    /// <summary>Gives a parked fact up for this handler, so that those behind it follow; delivered again, it does nothing.</summary>
    /// <param name="factId">Fact.</param>
    /// <param name="handler">Handler that could not handle it.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="answer">Puts the answer of the call among what is saved with it; null when nobody waits for one.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>False when it had been dealt with before.</returns>
    /// <exception cref="RefusedException">FACT_NOT_PARKED, REASON_MISSING or EARLIER_FACT_WAITS.</exception>
    public Task<bool> SetAsideAsync(string factId, string handler, Caller caller, string reason, Action<ServiceDb>? answer, CancellationToken cancel) =>
        ResolveAsync(factId, handler, new Resolution(WaitState.SetAside, caller, reason, answer), cancel);

    async Task<bool> ResolveAsync(string factId, string handler, Resolution resolution, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(resolution.Reason))
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

        var fresh = resolution.Outcome is WaitState.SetAside ? await SetAsideAsync(db, row, resolution, cancel) : await ReplayAsync(row, resolution, cancel);
        if (!fresh) return false;
        log.LogWarning("{Caller}: {Outcome} fact {FactId} of {Handler}: {Reason}", resolution.Caller.Subject, resolution.Outcome, factId, handler, resolution.Reason);
        signals.Set(service, PumpNames.Retries);
        return true;
    }

    async Task<bool> ReplayAsync(ParkedRow row, Resolution resolution, CancellationToken cancel)
    {
        var subscription = dispatcher.Of(row.Handler)
            ?? throw new RefusedException(Refusal.State($"facts/{row.FactId}", "HANDLER_NOT_HOSTED", $"No handler {row.Handler} is hosted here; set the fact aside.").With("handler", row.Handler));
        try
        {
            var fresh = await dispatcher.RunAsync(subscription, FactDelivery.Read(row), cancel, $"Replayed by {resolution.Caller.Subject}: {resolution.Reason}",
                async db => resolution.Mark(db, await db.Parked.SingleAsync(r => r.Seq == row.Seq, cancel)));
            if (fresh) return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new RefusedException(Refusal.State($"facts/{row.FactId}", "REPLAY_FAILED", $"{row.Handler} still cannot handle it: {fault.Message}").With("handler", row.Handler));
        }

        // It had been handled meanwhile: nothing happens twice, and the row is closed.
        await using var scope = scopes.CreateAsyncScope();
        var other = subscription.Database(scope.ServiceProvider);
        if (await other.Parked.FindAsync([row.Seq], cancel) is not { ResolvedTime: null } open) return false;
        resolution.Mark(other, open);
        await other.SaveChangesAsync(cancel);
        return true;
    }

    static async Task<bool> SetAsideAsync(ServiceDb db, ParkedRow row, Resolution resolution, CancellationToken cancel)
    {
        resolution.Mark(db, row);
        db.Inbox.Add(new InboxRow { FactId = row.FactId, Handler = row.Handler, DataHash = FactDelivery.Read(row).DataHash, Time = db.Now });
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException)
        {
            // Somebody else may have dealt with it at the same time.
            db.Discard();
            if (await db.Parked.AnyAsync(r => r.Seq == row.Seq && r.ResolvedTime == null, cancel)) throw;
            return false;
        }
    }

    static RefusedException NotParked(string factId, string handler) =>
        new(Refusal.Missing($"facts/{factId}", "FACT_NOT_PARKED", $"Fact {factId} is not parked for {handler}.").With("handler", handler));

    sealed record Resolution(WaitState Outcome, Caller Caller, string Reason, Action<ServiceDb>? Answer)
    {
        public void Mark(ServiceDb db, ParkedRow row)
        {
            (row.State, row.NextTime, row.ResolvedTime) = (Outcome, null, db.Now);
            (row.ResolvedBy, row.ResolveReason) = (Caller.Subject, Reason);
            Answer?.Invoke(db);
        }
    }
}
