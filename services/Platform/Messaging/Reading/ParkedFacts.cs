using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>What a person may do about a fact that waits.</summary>
/// <remarks>Who may do it is decided by the caller of this class; it records who did, and why, in the save that does it.</remarks>
public sealed class ParkedFacts(FactTable table, FactWork work, IServiceScopeFactory scopes, DatabaseTable databases, Bell bell, ILogger<ParkedFacts> log)
{
    /// <summary>Has a fact handled once more; then what waits behind it follows. Doing it again does nothing.</summary>
    /// <param name="service">Listening service.</param>
    /// <param name="factId">Fact.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="answer">Puts the answer of the call among what is saved with it: a repeated call then never finds the one without the other; null when nobody waits for one.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>False when it had been dealt with before.</returns>
    /// <exception cref="RefusedException">FACT_NOT_PARKED, REASON_MISSING, EARLIER_FACT_WAITS, FACT_ORPHANED, or REPLAY_FAILED with what went wrong.</exception>
    public Task<bool> ReplayAsync(string service, string factId, Caller caller, string reason, Action<ServiceDb>? answer, CancellationToken cancel) =>
        ResolveAsync(service, factId, new Resolution(WaitState.Replayed, caller, reason, answer), cancel);

    /// <summary>Gives a fact up for a service, so that what waits behind it follows; read again, it does nothing. An orphan is thereby looked at.</summary>
    /// <param name="service">Listening service.</param>
    /// <param name="factId">Fact.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="answer">Puts the answer of the call among what is saved with it; null when nobody waits for one.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>False when it had been dealt with before.</returns>
    /// <exception cref="RefusedException">FACT_NOT_PARKED, REASON_MISSING or EARLIER_FACT_WAITS.</exception>
    public Task<bool> SetAsideAsync(string service, string factId, Caller caller, string reason, Action<ServiceDb>? answer, CancellationToken cancel) =>
        ResolveAsync(service, factId, new Resolution(WaitState.SetAside, caller, reason, answer), cancel);

    async Task<bool> ResolveAsync(string service, string factId, Resolution resolution, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(resolution.Reason))
            throw new RefusedException(Refusal.Invalid("reason", "REASON_MISSING", "A parked fact is replayed or set aside for a reason that is written down."));
        if (!databases.Hosts(service)) throw NotParked(service, factId);
        await using var scope = scopes.CreateAsyncScope();
        var db = databases.Of(service, scope.ServiceProvider);
        var row = await db.Waiting.AsNoTracking().FirstOrDefaultAsync(w => w.FactId == factId, cancel) ?? throw NotParked(service, factId);
        if (row.ResolvedTime is not null) return false;
        if ((await OpenWaits.ReadAsync(db, row.Publisher, cancel)) is var open && open.Of(factId) is { } own && open.Before(row.Position, own.Keys) is { } earlier)
        {
            throw new RefusedException(Refusal.State($"facts/{factId}", "EARLIER_FACT_WAITS", $"Fact {earlier.Row.FactId}, which shares a row, waits before this one; deal with it first.")
                .With("earlier_fact_id", earlier.Row.FactId).With("service", service));
        }

        var fresh = resolution.Outcome is WaitState.SetAside ? await SetAsideAsync(db, row, resolution, cancel) : await ReplayAsync(service, row, resolution, cancel);
        if (!fresh) return false;
        log.LogWarning("{Caller}: {Outcome} fact {FactId} of {Service}: {Reason}", resolution.Caller.Subject, resolution.Outcome, factId, service, resolution.Reason);
        bell.Ring(service, row.Publisher);
        return true;
    }

    async Task<bool> ReplayAsync(string service, WaitingRow row, Resolution resolution, CancellationToken cancel)
    {
        if (row.State is WaitState.Orphaned)
            throw new RefusedException(Refusal.State($"facts/{row.FactId}", "FACT_ORPHANED", "Its publisher does not know it any more; look at what it changed, and set it aside.").With("service", service));
        var rule = table.Of(service, row.Publisher).GetValueOrDefault(row.Type)
            ?? throw new RefusedException(Refusal.State($"facts/{row.FactId}", "HANDLER_NOT_HOSTED", $"{service} has no handler of {row.Type} here; set the fact aside.").With("service", service));
        try
        {
            var fact = FactWaits.Read(row);
            if (!fact.IsIntact) throw new FactConflictException($"Fact {fact.Id} says its payload hashes to {fact.DataHash}, but it hashes to {Fact.HashOf(fact.Data)}.");
            var fresh = await work.HandleAsync(rule, fact with { Position = row.Position }, rule.Read(fact),
                async db => resolution.Mark(db, await db.Waiting.SingleAsync(w => w.FactId == row.FactId, cancel)), cancel, $"Replayed by {resolution.Caller.Subject}: {resolution.Reason}");
            if (fresh) return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new RefusedException(Refusal.State($"facts/{row.FactId}", "REPLAY_FAILED", $"{rule.Handler} still cannot handle it: {fault.Message}").With("handler", rule.Handler));
        }

        // It had been handled meanwhile: nothing happens twice, and the row is closed.
        await using var scope = scopes.CreateAsyncScope();
        return await CloseAsync(databases.Of(service, scope.ServiceProvider), row.FactId, resolution, static _ => Task.CompletedTask, cancel);
    }

    static async Task<bool> SetAsideAsync(ServiceDb db, WaitingRow row, Resolution resolution, CancellationToken cancel)
    {
        try
        {
            return await CloseAsync(db, row.FactId, resolution, async open =>
            {
                // What an orphan did is done, and so is what was done with another payload: their inbox rows say so.
                if (!await db.Inbox.AnyAsync(r => r.FactId == open.FactId && r.Part == "", cancel) && open.Envelope.Length > 0) FactWaits.AddReceipt(db, open);
            }, cancel);
        }
        catch (DbUpdateException)
        {
            // Somebody else may have handled it at the same time.
            db.Discard();
            if (await db.Waiting.AnyAsync(w => w.FactId == row.FactId && w.ResolvedTime == null, cancel)) throw;
            return false;
        }
    }

    // Of all who close a row at the same time, one does.
    static Task<bool> CloseAsync(ServiceDb db, string factId, Resolution resolution, Func<WaitingRow, Task> also, CancellationToken cancel) => db.LockedAsync($"waiting:{factId}", async () =>
    {
        if (await db.Waiting.SingleOrDefaultAsync(w => w.FactId == factId, cancel) is not { ResolvedTime: null } open) return false;
        await also(open);
        resolution.Mark(db, open);
        await db.SaveChangesAsync(cancel);
        return true;
    }, cancel);

    static RefusedException NotParked(string service, string factId) =>
        new(Refusal.Missing($"facts/{factId}", "FACT_NOT_PARKED", $"Fact {factId} does not wait in {service}.").With("service", service));

    sealed record Resolution(WaitState Outcome, Caller Caller, string Reason, Action<ServiceDb>? Answer)
    {
        public void Mark(ServiceDb db, WaitingRow row)
        {
            (row.State, row.NextTime, row.ResolvedTime) = (row.State is WaitState.Orphaned ? WaitState.Orphaned : Outcome, null, db.Now);
            (row.ResolvedBy, row.ResolveReason) = (Caller.Subject, Reason);
            Answer?.Invoke(db);
        }
    }
}
