using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Audit;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Messaging.Log;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data;

/// <content>How what was changed is saved: by the lane.</content>
public abstract partial class ServiceDb
{
    // More than races of replicas need to settle.
    const int TriesMax = 20;

    readonly List<RowWrite> written = [];
    readonly List<RowWrite> conditions = [];
    readonly List<Action> afterCommit = [];
    WriteSet? unit;

    /// <summary>Changes a row with the next save, where a condition on that row holds; where it does not, the whole save fails as a lost race.</summary>
    /// <typeparam name="TRow">Kind of row; its key is one column.</typeparam>
    /// <param name="key">The row.</param>
    /// <param name="change">What becomes of its columns, as SQL: <c>doses_reserved = doses_reserved + 1</c>. Values travel as parameters.</param>
    /// <param name="where">What must hold, as SQL of this row's columns alone; null for nothing more than that it is there.</param>
    public void Also<TRow>(object key, FormattableString change, FormattableString? where = null) where TRow : class =>
        conditions.Add(ShapeOf(typeof(TRow)).ConditionOf(key, change, where));

    /// <summary>
    /// Runs <paramref name="work"/> as if only one caller per <paramref name="name"/> did, across all replicas: it reads, decides and saves, and what it
    /// saves commits as one set when it is done. Nothing is held meanwhile; where another replica worked under the name, it is run again on what that left.
    /// </summary>
    /// <remarks>What <paramref name="work"/> saves is not found by its own later queries. Rows that were read before it are read again for it.</remarks>
    /// <param name="name">What is locked, for example <c>possession:site-id</c>.</param>
    /// <param name="work">The work; nothing outside this database, or what may be done twice.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<T> LockedAsync<T>(string name, Func<Task<T>> work, CancellationToken cancel) => LockedWork.RunAsync(this, name, work, cancel);

    /// <summary>Runs <paramref name="work"/>, which reads, decides and saves under conditions (<see cref="Also"/>), again when one of them no longer holds, or somebody else changed a row of it first.</summary>
    public async Task<T> DecideAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        var before = Known();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await work();
            }
            catch (DbUpdateException lost) when (before is not null && tries < TriesMax && DbRaces.IsOvertaken(lost))
            {
                await StartAgainAsync(before, cancel);
            }
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction that only one caller per <paramref name="name"/> is in, across all replicas: for work that does
    /// something outside this database and must not do it twice, or that reads what it saved.
    /// </summary>
    public Task<T> AloneAsync<T>(string name, Func<Task<T>> work, CancellationToken cancel) => LockedWork.AloneAsync(this, name, work, cancel);

    internal Task<T> HoldingAsync<T>(string name, Func<Task<T>> work, CancellationToken cancel) => InTransactionAsync(async () =>
    {
        // The row is updated first, so that both databases hold its lock until the commit.
        await Database.ExecuteSqlAsync(
            $"INSERT INTO locks (name, taken) VALUES ({name}, 1) ON CONFLICT (name) DO UPDATE SET taken = locks.taken + 1", cancel);
        await ReadAgainAsync(cancel);
        return await work();
    }, cancel);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction without a lock of its own: for work whose guard is a conditional update
    /// (<c>ExecuteUpdateAsync</c> with the condition in its <c>Where</c>) that commits together with what it saves.
    /// </summary>
    public async Task<T> InTransactionAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        using var _ = await EnterAsync(cancel);
        await using var transaction = await Database.BeginTransactionAsync(cancel);
        written.Clear();
        var result = await work();
        await InlineWrites.CommitAsync(transaction, written, wait => Scope.Lanes.Meter.WaitedForLog(Service, wait), cancel);
        Scope.Lanes.Meter.Committed(Service, 1, written.Count);
        Committed();
        return result;
    }

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        AddReceipt();
        WriteSet set = new();
        AuditWriter audit = new(this, Scope.Request);
        var numbered = TrackedRows.Collect(this, audit, set);
        var collected = held.Collect(audit, set);
        set.Rows.AddRange(audit.Rows);
        if (Scope.Kinds.Any(Service)) due = ActorDeadlines.Earlier(due, ActorDeadlines.Collect(this, Scope.Kinds, collected.Select(c => c.Held), set));
        set.Rows.AddRange(conditions);
        set.Facts.AddRange(facts.Select(FactLog.AppendOf));
        if (unit is not null)
        {
            unit.Add(set);
        }
        else if (Database.CurrentTransaction is { } transaction)
        {
            await InlineWrites.RunAsync(transaction, set.Rows, cancellationToken);
            written.AddRange(set.Facts);
        }
        else if (set.Count > 0)
        {
            await WriteAsync(set, cancellationToken);
        }

        published.AddRange(facts);
        facts.Clear();
        conditions.Clear();
        held.Accept(collected);
        if (acceptAllChangesOnSuccess) TrackedRows.Accept(this, numbered);
        if (unit is null && Database.CurrentTransaction is null && set.Count > 0) Committed();
        return set.Count;
    }

    // The effect of a fact and the row that says so are of one save, here or in an actor's turn; the row's key is what makes it happen once.
    void AddReceipt()
    {
        if (Request.Fact is not { Kept: false } fact || fact.Listener != Service) return;
        fact.Kept = true;
        Put(new InboxRow { FactId = fact.Id, Part = fact.Part, Publisher = fact.Publisher, Position = fact.Position, DataHash = fact.DataHash, Time = Now, Key = fact.Key });
    }

    /// <summary>Does something once what is about to be saved is committed, and not at all where it is not: dropping what memory holds of it.</summary>
    /// <param name="then">What; it does not fail.</param>
    public void OnCommit(Action then) => afterCommit.Add(then);

    /// <summary>Forgets everything that was to be saved, and every row that was read: for another try after a save that failed.</summary>
    public void Discard()
    {
        ChangeTracker.Clear();
        held.Clear();
        Forget();
    }

    /// <summary>What is to be done with the next save, beside the rows.</summary>
    void Forget()
    {
        facts.Clear();
        published.Clear();
        conditions.Clear();
        afterCommit.Clear();
        due = null;
        if (lent?.Request.Fact is { } fact) fact.Kept = false;
    }

    internal bool IsActors(Type row) => Scope.Kinds.Of(Service, row) is not null;

    internal RowShape ShapeOf(Type row) => RowShape.Of(Model.FindEntityType(row)!);

    /// <summary>Keeps what is saved from now on, to write it as one set; null ends that.</summary>
    internal void Gather(WriteSet? set) => unit = set;

    internal NamedTurns Turns => Scope.Turns;

    /// <summary>Writes a set by the lane.</summary>
    internal Task WriteAsync(WriteSet set, CancellationToken cancel) => Scope.Lanes.Of(Service).WriteAsync(set, cancel);

    /// <summary>The rows that are tracked or held now; null when something waits to be saved, which could not be made again.</summary>
    internal IReadOnlySet<object>? Known() =>
        HasChanges ? null : new HashSet<object>([.. ChangeTracker.Entries().Select(e => e.Entity), .. held.All], ReferenceEqualityComparer.Instance);

    /// <summary>Goes back to where only these rows were known, and reads them again.</summary>
    internal async Task StartAgainAsync(IReadOnlySet<object> before, CancellationToken cancel)
    {
        Forget();
        held.Keep(before);
        await ReadAgainAsync(cancel);
        if (Request.Call is { } call) call.Answered = false;
        foreach (var entry in ChangeTracker.Entries().ToList())
        {
            if (before.Contains(entry.Entity)) await entry.ReloadAsync(cancel);
            else entry.State = EntityState.Detached;
        }
    }
}
