using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Audit;
using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data;

/// <content>How rows are looked up by their keys, and how what was changed is saved: by the lanes.</content>
public abstract partial class ServiceDb
{
    // More than races of replicas need to settle.
    const int TriesMax = 20;

    readonly HeldRows held = new();
    readonly List<RowWrite> written = [];
    readonly List<RowWrite> conditions = [];
    WriteSet? unit;

    /// <summary>Looks a row up by its key, beside the change tracker; what is changed in it is written with the next save.</summary>
    /// <remarks>Rows that are asked for together travel together. Whoever loads a row loads it always: one that is also found by a query is two.</remarks>
    /// <typeparam name="TRow">Kind of row.</typeparam>
    /// <param name="cancel">Cancels.</param>
    /// <param name="key">The parts of its key.</param>
    /// <returns>The row; null when there is none.</returns>
    public async Task<TRow?> LoadAsync<TRow>(CancellationToken cancel, params object[] key) where TRow : class
    {
        var shape = ToHold<TRow>();
        if (held.Of(shape, string.Join('/', key)) is TRow known) return known;
        if (await FindAsync(shape, key, cancel) is not { } values) return null;
        var row = (TRow)shape.Make(values);
        held.Hold(shape, row, values);
        return row;
    }

    /// <summary>Writes a new row with the next save.</summary>
    public void Put<TRow>(TRow row) where TRow : class => held.Hold(ToHold<TRow>(), row, null);

    // Deadlines follow from what the change tracker sees of an actor's row.
    RowShape ToHold<TRow>() => Scope.Kinds.Of(Service, typeof(TRow)) is null
        ? ShapeOf(typeof(TRow))
        : throw new InvalidOperationException($"{typeof(TRow).Name} is an actor's row; it is tracked.");

    /// <summary>Looks a row up by its key, to read only.</summary>
    internal async Task<TRow?> PeekAsync<TRow>(CancellationToken cancel, params object[] key) where TRow : class
    {
        var shape = ShapeOf(typeof(TRow));
        return await FindAsync(shape, key, cancel) is { } values ? (TRow)shape.Make(values) : null;
    }

    Task<object?[]?> FindAsync(RowShape shape, object[] key, CancellationToken cancel) => Scope.Lanes.ReaderOf(Service).FindAsync(new RowKey(shape, shape.KeyOf(key)), cancel);

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

    /// <summary>Runs <paramref name="work"/>, which reads, decides and saves under conditions (<see cref="Also"/>), again when one of them no longer written.</summary>
    public async Task<T> DecideAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        var before = Known();
        // What was loaded before the work would not be loaded again for it.
        var triesMax = held.IsEmpty ? TriesMax : 1;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await work();
            }
            catch (DbUpdateConcurrencyException) when (tries < triesMax)
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
        await InlineWrites.CommitAsync(transaction, written, cancel);
        Scope.Lanes.Meter.Committed(Service, 1, written.Count);
        Committed();
        return result;
    }

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        WriteSet set = new();
        AuditWriter audit = new(this, Scope.Request);
        var numbered = TrackedRows.Collect(this, audit, set);
        var saved = held.Collect(audit, set);
        set.Rows.AddRange(audit.Rows);
        if (Scope.Kinds.Any(Service)) due = ActorDeadlines.Earlier(due, ActorDeadlines.Collect(this, Scope.Kinds, set));
        set.Rows.AddRange(conditions);
        set.Facts.AddRange(facts.Select(fact => RowOf(fact)));
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

        published |= facts is not [];
        facts.Clear();
        conditions.Clear();
        saved();
        if (acceptAllChangesOnSuccess) TrackedRows.Accept(this, numbered);
        if (unit is null && Database.CurrentTransaction is null && set.Count > 0) Committed();
        return set.Count;

        RowWrite RowOf(object row)
        {
            var shape = ShapeOf(row.GetType());
            return shape.InsertOf(row, shape.ValuesOf(row));
        }
    }

    /// <summary>Forgets everything that was to be saved, and every row that was read: for another try after a save that failed.</summary>
    public void Discard()
    {
        ChangeTracker.Clear();
        Forget();
    }

    /// <summary>What is to be done with the next save, beside the rows.</summary>
    void Forget()
    {
        facts.Clear();
        held.Clear();
        conditions.Clear();
        due = null;
    }

    internal RowShape ShapeOf(Type row) => RowShape.Of(Model.FindEntityType(row)!);

    /// <summary>Keeps what is saved from now on, to write it as one set; null ends that.</summary>
    internal void Gather(WriteSet? set) => unit = set;

    /// <summary>True when rows are held beside the change tracker.</summary>
    internal bool Holds => !held.IsEmpty;

    internal NamedTurns Turns => Scope.Turns;

    /// <summary>Writes a set by the lane.</summary>
    internal Task WriteAsync(WriteSet set, CancellationToken cancel) => Scope.Lanes.Of(Service).WriteAsync(set, cancel);

    /// <summary>The rows that are tracked now.</summary>
    internal HashSet<object> Known() => new(ChangeTracker.Entries().Select(e => e.Entity), ReferenceEqualityComparer.Instance);

    /// <summary>Goes back to where only these rows were tracked, and reads them again.</summary>
    internal async Task StartAgainAsync(HashSet<object> before, CancellationToken cancel)
    {
        Forget();
        if (Request.Call is { } call) call.Answered = false;
        foreach (var entry in ChangeTracker.Entries().ToList())
        {
            if (before.Contains(entry.Entity)) await entry.ReloadAsync(cancel);
            else entry.State = EntityState.Detached;
        }
    }
}
