using System.Globalization;
using System.Text;
using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;
using NpgsqlTypes;

namespace Doseline.Platform.Data;

/// <summary>
/// Rows of a list: which, in what order, and from where. They are read beside the change tracker, by statements that stay prepared, as they were
/// committed last; what is found is to read only.
/// </summary>
/// <typeparam name="TRow">Kind of row.</typeparam>
public sealed class RowQuery<TRow> where TRow : class
{
    readonly ServiceDb db;
    readonly RowShape shape;
    readonly StringBuilder where = new();
    readonly List<object> values = [];
    readonly List<NpgsqlDbType> types = [];
    RowColumn[] order = [];
    bool descends;

    internal RowQuery(ServiceDb db) => (this.db, shape) = (db, db.ShapeOf(typeof(TRow)));

    /// <summary>Only those with a value.</summary>
    /// <param name="property">A property that is a column, as every other here.</param>
    /// <param name="value">The value; not null.</param>
    public RowQuery<TRow> Is(string property, object value) => Compare(property, "=", value);

    /// <summary>Only those with a value, where one was asked for.</summary>
    /// <param name="property">The property.</param>
    /// <param name="value">The value; empty for every row.</param>
    public RowQuery<TRow> IsIfAny(string property, string value) => value is "" ? this : Is(property, value);

    /// <summary>Only those with another value.</summary>
    public RowQuery<TRow> IsNot(string property, object value) => Compare(property, "<>", value);

    /// <summary>Only those with a value that is not smaller or earlier.</summary>
    public RowQuery<TRow> From(string property, object value) => Compare(property, ">=", value);

    /// <summary>Only those with a smaller or earlier value.</summary>
    public RowQuery<TRow> Before(string property, object value) => Compare(property, "<", value);

    /// <summary>Only those with that value, or a smaller or earlier one.</summary>
    public RowQuery<TRow> UpTo(string property, object value) => Compare(property, "<=", value);

    /// <summary>Only those with a greater or later value.</summary>
    public RowQuery<TRow> After(string property, object value) => Compare(property, ">", value);

    /// <summary>Only those without a value.</summary>
    public RowQuery<TRow> IsNull(string property) => And($"{shape.ColumnOf(property).Quoted} IS NULL");

    /// <summary>Only those with a value.</summary>
    public RowQuery<TRow> IsNotNull(string property) => And($"{shape.ColumnOf(property).Quoted} IS NOT NULL");

    /// <summary>Only those with one of some values; none when there are no values.</summary>
    public RowQuery<TRow> Among(string property, params IEnumerable<object> among) => Among(property, "IN", "1 = 0", among);

    /// <summary>Only those with none of some values.</summary>
    public RowQuery<TRow> NotAmong(string property, params IEnumerable<object> among) => Among(property, "NOT IN", "1 = 1", among);

    /// <summary>Only those where one of some conditions is true.</summary>
    public RowQuery<TRow> AnyOf(params IEnumerable<string> properties) => And($"({string.Join(" OR ", properties.Select(p => shape.ColumnOf(p).Quoted))})");

    /// <summary>Only those at sites where the caller may be, narrowed to one where that is named.</summary>
    /// <param name="property">The property with the site.</param>
    /// <param name="site">The one asked for; empty for all of the caller's.</param>
    public RowQuery<TRow> AtSites(string property, string site)
    {
        var sites = db.Request.Caller.Sites;
        if (!sites.Contains(Auth.Caller.AllSites, StringComparer.Ordinal)) Among(property, sites);
        return IsIfAny(property, site);
    }

    /// <summary>In the order of some properties, the last of which tells all rows apart.</summary>
    public RowQuery<TRow> By(params IEnumerable<string> properties)
    {
        order = [.. properties.Select(shape.ColumnOf)];
        return this;
    }

    /// <summary>As <see cref="By"/>, the last first.</summary>
    public RowQuery<TRow> ByLast(params IEnumerable<string> properties)
    {
        descends = true;
        return By(properties);
    }

    /// <summary>Only those behind a row in the order.</summary>
    /// <param name="row">That row's values of the properties that order, as they are stored and in writing; null for all rows.</param>
    /// <exception cref="FormatException">It is not such a row's.</exception>
    public RowQuery<TRow> Behind(string[]? row)
    {
        if (row is null) return this;
        if (row.Length != order.Length) throw new FormatException($"A row of {shape.Table} is told by {order.Length} values here, not {row.Length}.");
        var places = row.Select((value, at) => Place(order[at].Type, order[at].Type is NpgsqlDbType.Bigint ? long.Parse(value, CultureInfo.InvariantCulture) : value)).ToList();
        return And($"({Names}) {(descends ? "<" : ">")} ({string.Join(", ", places)})");
    }

    /// <summary>Where a row stands in the order, for <see cref="Behind"/>.</summary>
    public string[] PlaceOf(TRow row) => [.. order.Select(column => Convert.ToString(column.StoredOf(row), CultureInfo.InvariantCulture)!)];

    /// <summary>The first of them.</summary>
    /// <param name="countMax">How many at most; null for all.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<List<TRow>> ReadAsync(int? countMax, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        StringBuilder tail = new();
        tail.Append(where);
        if (order is not []) tail.Append(" ORDER BY ").AppendJoin(", ", order.Select(column => descends ? $"{column.Quoted} DESC" : column.Quoted));
        if (countMax is { } count) tail.Append(" LIMIT ").Append(Place(NpgsqlDbType.Bigint, (long)count));
        var found = await db.ListAsync(new RowsAsked(shape.SelectionOf(tail.ToString(), types), [.. values]));
        return [.. found.Select(stored => (TRow)shape.Make(stored))];
    }

    string Names => string.Join(", ", order.Select(column => column.Quoted));

    RowQuery<TRow> Compare(string property, string by, object value)
    {
        var column = shape.ColumnOf(property);
        return And($"{column.Quoted} {by} {Place(column.Type, column.Stored(value)!)}");
    }

    // As many places as the next power of two, the last value in all that are left: few texts, however many values.
    RowQuery<TRow> Among(string property, string by, string none, IEnumerable<object> among)
    {
        var column = shape.ColumnOf(property);
        List<object> stored = [.. among.Select(value => column.Stored(value)!).Distinct()];
        if (stored is []) return And(none);
        var places = Enumerable.Range(0, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)stored.Count)).Select(i => Place(column.Type, stored[Math.Min(i, stored.Count - 1)]));
        return And($"{column.Quoted} {by} ({string.Join(", ", places)})");
    }

    RowQuery<TRow> And(string condition)
    {
        where.Append(where.Length == 0 ? " WHERE " : " AND ").Append(condition);
        return this;
    }

    string Place(NpgsqlDbType type, object value)
    {
        values.Add(value);
        types.Add(type);
        return $"${values.Count.ToString(CultureInfo.InvariantCulture)}";
    }
}
