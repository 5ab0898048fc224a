using System.Diagnostics.CodeAnalysis;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using RequestContext = Doseline.Platform.Messaging.RequestContext;

namespace Doseline.Platform.Actors;

/// <summary>What every actor is given by its silo.</summary>
/// <param name="Scopes">A scope for each turn.</param>
/// <param name="Clock">The platform's clock.</param>
/// <param name="Watch">Says whether it may be trusted.</param>
/// <param name="Kinds">Kinds of actors hosted here.</param>
/// <param name="Meter">Metrics.</param>
/// <param name="Log">Log.</param>
public sealed record ActorWorld(IServiceScopeFactory Scopes, TimeProvider Clock, ClockWatch Watch, ActorKinds Kinds, ActorMeter Meter, ILogger<ActorWorld> Log);

/// <summary>
/// An actor whose state is one row of its service's database. The row is read when the actor comes to life and kept between turns; a turn works
/// on a copy, and what it changed is saved once, with facts, deadline and audit, fenced by the row's version. Only then does the copy become
/// the state.
/// </summary>
/// <remarks>
/// That one actor lives once, and that it alone changes its row, are conveniences and nothing that correctness stands on. A save that somebody
/// else was faster than is lost whole, and the turn is run again on what the other left; and a turn that would change nothing, or refuse, from
/// memory looks first whether the row has moved.
/// </remarks>
/// <typeparam name="TDb">Database of the service.</typeparam>
/// <typeparam name="TRow">State.</typeparam>
public abstract class Actor<TDb, TRow>(ActorWorld world) : Grain, IActor where TDb : ServiceDb where TRow : class, IActorRow
{
    // A race settles in one or two tries.
    const int RaceTriesMax = 5;

    // A timer takes no more than 49 days; a longer wait is set again on the way.
    static readonly TimeSpan WaitMax = TimeSpan.FromDays(30);

    TRow? state;
    bool stale = true;
    IGrainTimer? timer;
    DateTimeOffset? armed;

    /// <summary>Identity within its kind.</summary>
    protected string Id => this.GetPrimaryKeyString();

    ActorKind Kind => field ??= world.Kinds.Of(this.GetGrainId().Type.ToString()!);

    DateTimeOffset? Deadline => state is null ? null : Kind.Deadline(state);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await ReadAsync();
        Arm();
    }

    /// <inheritdoc/>
    public async Task WakeAsync(DateTimeOffset due, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (stale || Deadline != due) await ReadAsync();
        if (Deadline != due) await CorrectAsync(due);
        await PassAsync();
        Arm();
    }

    /// <summary>A copy that a turn may change.</summary>
    protected abstract TRow CopyOf(TRow row);

    /// <summary>What the deadlines that have passed do to the state; a turn of its own, which leaves none of them behind.</summary>
    protected abstract Task PassAsync(TDb db, TRow row);

    /// <summary>The state as of the last commit, for methods that answer beside a turn under way; null while there is none.</summary>
    protected async Task<TRow?> LookAsync() => stale ? await FetchAsync() : state;

    /// <summary>Runs a turn that was asked for.</summary>
    /// <param name="work">Changes the row or adds it, and puts what else commits with it into the database; it does not save. Returns the row.</param>
    /// <param name="answer">Makes the answer of the saved row.</param>
    /// <param name="cancel">Cancels a turn that has not begun. One that has begun is finished, whether or not its caller still waits.</param>
    /// <exception cref="RefusedException">The work said no and nothing was changed, or ACTOR_UNAVAILABLE.</exception>
    protected async Task<TAnswer> TurnAsync<TAnswer>(Func<TDb, TRow?, Task<TRow>> work, Func<TRow, TAnswer> answer, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var row = await RunAsync(work, asked: true);
        Arm();
        return answer(row);
    }

    async Task<TRow> RunAsync(Func<TDb, TRow?, Task<TRow>> work, bool asked)
    {
        for (var (attempt, read) = (1, false); ; attempt++)
        {
            try
            {
                if (stale)
                {
                    await ReadAsync();
                    read = true;
                }

                var (row, saved) = await OnceAsync(work, asked, read, attempt > 1);
                if (saved) state = row;
                return row;
            }
            catch (RefusedException) when (!read)
            {
                if (!await HasMovedAsync()) throw;
                read = true;
            }
            catch (RefusedException)
            {
                throw;
            }
            catch (RowMovedException)
            {
                read = true;
            }
            catch (Exception fault) when (DbRaces.IsLostRace(fault))
            {
                // Somebody else changed the actor meanwhile, who may be this actor living twice: the other one stays.
                stale = true;
                world.Meter.Lost(Kind);
                DeactivateOnIdle();
                if (attempt >= RaceTriesMax) throw new RefusedException(ActorUnavailable.Of(this.GetGrainId(), "Others changed it again and again; nothing was saved."));
            }
            catch
            {
                // It may have been committed all the same: what is in memory is not believed any more.
                stale = true;
                throw;
            }
        }
    }

    async Task<(TRow Row, bool Saved)> OnceAsync(Func<TDb, TRow?, Task<TRow>> work, bool asked, bool read, bool again)
    {
        await using var scope = world.Scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        if (!asked || !CallFlow.Receive(request)) request.Caller = Caller.Service(Kind.Service);
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        // The fact that is told had its effect here before, as a save that met its inbox row has shown: then there is nothing to do.
        if (again && state is not null && request.Fact is { } fact && await db.PeekAsync<InboxRow>(CancellationToken.None, fact.Id, fact.Part) is not null) return (state, false);
        var copy = state is null ? null : CopyOf(state);
        if (copy is not null) db.Hold(copy);
        var row = await work(db, copy);
        // Its own change is fenced by its version; where there is none, what is remembered must still be true.
        if (!read && !db.Changes(row) && await HasMovedAsync()) throw new RowMovedException();
        if (!db.HasChanges) return (row, false);
        await db.SaveChangesAsync(CancellationToken.None);
        return (row, true);
    }

    /// <summary>Reads the row again; true when somebody else has changed it, and then the state is what was read.</summary>
    async Task<bool> HasMovedAsync()
    {
        var before = state?.Version;
        await ReadAsync();
        return state?.Version != before;
    }

    async Task ReadAsync()
    {
        state = await FetchAsync();
        stale = false;
        world.Meter.Read(Kind);
    }

    async Task<TRow?> FetchAsync()
    {
        await using var scope = world.Scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TDb>().PeekAsync<TRow>(CancellationToken.None, Id);
    }

    // Somebody's deadline row is not what the state says: left by an earlier version, or by other settings. The row's version is held while it is put right.
    async Task CorrectAsync(DateTimeOffset was)
    {
        await using var scope = world.Scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await db.InTransactionAsync(async () =>
        {
            var version = state?.Version ?? 0;
            if (state is not null && await db.Set<TRow>().Where(r => r.Id == Id && r.Version == version).ExecuteUpdateAsync(set => set.SetProperty(r => r.Version, version)) == 0) return 0;
            var rows = db.Deadlines.Where(d => d.ActorType == Kind.Type && d.ActorId == Id && d.DueTime == was);
            return Deadline is { } due
                ? await rows.ExecuteUpdateAsync(set => set.SetProperty(d => d.DueTime, due).SetProperty(d => d.NextTime, due).SetProperty(d => d.Tries, 0))
                : await rows.ExecuteDeleteAsync();
        }, CancellationToken.None);
    }

    // What has passed comes to pass, in one turn.
    async Task PassAsync()
    {
        if (Deadline is not { } due || due > world.Clock.GetUtcNow()) return;
        await RunAsync(async (db, row) =>
        {
            if (row is not null && Kind.Deadline(row) <= db.Now) await PassAsync(db, row);
            return row!;
        }, asked: false);
        if (Deadline <= due) throw new InvalidOperationException($"The turn of {Kind.Type} {Id} left its deadline of {due:O} behind.");
        world.Meter.Late(Kind, world.Clock.GetUtcNow() - due);
    }

    // The timer makes it punctual, the row makes it certain. One that has gone off is not set for the same deadline again: a turn that failed is the sweep's.
    void Arm()
    {
        var next = Deadline;
        if (next == armed) return;
        armed = next;
        var wait = next is { } due
            ? TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((due - world.Clock.GetUtcNow()).TotalMilliseconds), 0, WaitMax.TotalMilliseconds))
            : Timeout.InfiniteTimeSpan;
        if (timer is not null) timer.Change(wait, Timeout.InfiniteTimeSpan);
        else if (next is not null) timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions { DueTime = wait, Period = Timeout.InfiniteTimeSpan });
    }

    [SuppressMessage("Design", "CA1031", Justification = "The deadline's row stays, and the sweep tries again.")]
    async Task TickAsync(CancellationToken cancel)
    {
        try
        {
            // While the clock is off nothing is due.
            if (!world.Watch.MayRecord) return;
            if (stale) await ReadAsync();
            if (Deadline is { } due && due > world.Clock.GetUtcNow()) armed = null;
            await PassAsync();
            Arm();
        }
        catch (Exception fault)
        {
            world.Log.LogError(fault, "The timer of {ActorType} {ActorId} failed; the sweep tries again", Kind.Type, Id);
        }
    }

    // What the actor remembers is not what its row says any more; nothing was saved.
    sealed class RowMovedException : Exception;
}
