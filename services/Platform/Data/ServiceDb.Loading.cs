using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Data;

/// <content>How rows are looked up, held and put in: beside the change tracker, by the read lane. What is changed in them is written with the next save.</content>
/// <remarks>Whoever loads a row loads it always: one that is also tracked by a query is two.</remarks>
public abstract partial class ServiceDb
{
    readonly HeldRows held = new();

    /// <summary>Looks a row up by its key.</summary>
    /// <typeparam name="TRow">Kind of row.</typeparam>
    /// <param name="cancel">Cancels.</param>
    /// <param name="key">The parts of its key.</param>
    /// <returns>The row; null when there is none.</returns>
    public Task<TRow?> LoadAsync<TRow>(CancellationToken cancel, params object[] key) where TRow : class => LoadAsync(One<TRow>(key), cancel);

    /// <summary>Looks up what is asked for.</summary>
    public async Task<T> LoadAsync<T>(Ask<T> ask, CancellationToken cancel) => ask.Take(new(await FindAsync(ask.Rows, cancel)));

    /// <summary>Looks up what is asked for, together.</summary>
    public Task<(T1, T2)> LoadAsync<T1, T2>(Ask<T1> first, Ask<T2> second, CancellationToken cancel) => LoadAsync(Both(first, second), cancel);

    /// <summary>Looks up what is asked for, together.</summary>
    public async Task<(T1, T2, T3)> LoadAsync<T1, T2, T3>(Ask<T1> first, Ask<T2> second, Ask<T3> third, CancellationToken cancel)
    {
        var (one, (two, three)) = await LoadAsync(first, Both(second, third), cancel);
        return (one, two, three);
    }

    /// <summary>Looks up what is asked for, together.</summary>
    public async Task<(T1, T2, T3, T4)> LoadAsync<T1, T2, T3, T4>(Ask<T1> first, Ask<T2> second, Ask<T3> third, Ask<T4> fourth, CancellationToken cancel)
    {
        var ((one, two), (three, four)) = await LoadAsync(Both(first, second), Both(third, fourth), cancel);
        return (one, two, three, four);
    }

    /// <summary>Looks up what is asked for, together.</summary>
    public async Task<(T1, T2, T3, T4, T5)> LoadAsync<T1, T2, T3, T4, T5>(Ask<T1> first, Ask<T2> second, Ask<T3> third, Ask<T4> fourth, Ask<T5> fifth, CancellationToken cancel)
    {
        var (one, (two, three), (four, five)) = await LoadAsync(first, Both(second, third), Both(fourth, fifth), cancel);
        return (one, two, three, four, five);
    }

    /// <summary>The row with a key; null when there is none.</summary>
    public Ask<TRow?> One<TRow>(params object[] key) where TRow : class
    {
        var shape = ShapeOf(typeof(TRow));
        return held.Of(shape, string.Join('/', key)) is { } known
            ? new Ask<TRow?>([], _ => known.IsDropped ? null : (TRow)known.Row)
            : new Ask<TRow?>([shape.Ask(key)], found => found.Dequeue() is [var values] ? (TRow)Hold(shape, values).Row : null);
    }

    /// <summary>The rows with these keys, as far as they are there, in the order of the keys; each key is one column.</summary>
    public Ask<List<TRow>> Each<TRow>(IEnumerable<string> keys) where TRow : class
    {
        List<Ask<TRow?>> asks = [.. keys.Distinct(StringComparer.Ordinal).Select(key => One<TRow>(key))];
        return new Ask<List<TRow>>([.. asks.SelectMany(a => a.Rows)], found => [.. asks.Select(a => a.Take(found)).OfType<TRow>()]);
    }

    /// <summary>Every row with one of some values in a column, by key; also those that were put in and not saved yet.</summary>
    /// <param name="property">The property of that column, which has an index.</param>
    /// <param name="values">The values.</param>
    public Ask<List<TRow>> All<TRow>(string property, params IEnumerable<object> values) where TRow : class
    {
        var shape = ShapeOf(typeof(TRow));
        List<RowsAsked> all = [.. values.Distinct().Select(value => shape.AskWhere(property, value))];
        HashSet<object> wanted = [.. all.Select(asked => asked.Values[0])];
        List<RowsAsked> unknown = [.. all.Where(asked => !held.Knows(asked))];
        return new Ask<List<TRow>>(unknown, found =>
        {
            foreach (var asked in unknown)
            {
                foreach (var row in found.Dequeue()) Hold(shape, row);
                held.Know(asked);
            }

            return [.. held.Of(shape).Where(row => shape.StoredOf(row, property) is { } stored && wanted.Contains(stored)).OrderBy(shape.IdOf, StringComparer.Ordinal).Cast<TRow>()];
        });
    }

    /// <summary>Rows for a list, to read only: as they were committed last, whatever is held.</summary>
    public RowQuery<TRow> List<TRow>() where TRow : class => new(this);

    /// <summary>Writes a new row with the next save.</summary>
    public TRow Put<TRow>(TRow row) where TRow : class
    {
        held.Hold(ShapeOf(typeof(TRow)), row, null);
        return row;
    }

    /// <summary>Deletes a row that was loaded, with the next save; never a record.</summary>
    public void Drop<TRow>(TRow row) where TRow : class => held.Drop(row);

    /// <summary>The version that a record has once the changes are saved.</summary>
    public long VersionAfter(IGxpRow row) => Changes(row) ? row.Version + 1 : row.Version;

    /// <summary>True when the next save writes the row.</summary>
    internal bool Changes(object row) => held.HasChanged(row);

    /// <summary>Holds a copy of a row as it is stored.</summary>
    internal void Hold(object row)
    {
        var shape = ShapeOf(row.GetType());
        held.Hold(shape, row, shape.ValuesOf(row));
    }

    /// <summary>Looks a row up by its key, to read only.</summary>
    internal async Task<TRow?> PeekAsync<TRow>(CancellationToken cancel, params object[] key) where TRow : class
    {
        var shape = ShapeOf(typeof(TRow));
        return (await FindAsync([shape.Ask(key)], cancel))[0] is [var values] ? (TRow)shape.Make(values) : null;
    }

    /// <summary>Looks up every row with a value in a column, which has an index, to read only.</summary>
    internal async Task<IReadOnlyList<TRow>> PeekAllAsync<TRow>(string property, object value, CancellationToken cancel) where TRow : class
    {
        var shape = ShapeOf(typeof(TRow));
        return [.. (await FindAsync([shape.AskWhere(property, value)], cancel))[0].Select(values => (TRow)shape.Make(values))];
    }

    /// <summary>Reads what is held and unchanged again, as it is stored now; a row that is gone is let go.</summary>
    internal async Task ReadAgainAsync(CancellationToken cancel)
    {
        var rows = held.ToReadAgain();
        var found = await FindAsync([.. rows.Select(h => h.Shape.AskAgain(h.Read!))], cancel);
        for (var i = 0; i < rows.Count; i++)
        {
            if (found[i] is [var values]) rows[i].Take(values);
            else held.Release(rows[i]);
        }
    }

    internal Task<List<object?[]>> ListAsync(RowsAsked asked) => Scope.Lanes.ListsOf(Service).ReadAsync(asked);

    static Ask<(T1, T2)> Both<T1, T2>(Ask<T1> first, Ask<T2> second) =>
        new([.. first.Rows, .. second.Rows], found => (first.Take(found), second.Take(found)));

    Held Hold(RowShape shape, object?[] values)
    {
        if (held.Of(shape, shape.IdOf(values)) is { } known) return known;
        var row = shape.Make(values);
        held.Hold(shape, row, values);
        return held.Of(shape, shape.IdOf(row))!;
    }

    async Task<IReadOnlyList<List<object?[]>>> FindAsync(IReadOnlyList<RowsAsked> asked, CancellationToken cancel) =>
        asked is [] ? [] : await Scope.Lanes.ReaderOf(Service).FindAsync(asked, cancel);
}
