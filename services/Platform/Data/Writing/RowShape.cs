using System.Collections.Concurrent;
using System.Globalization;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Doseline.Platform.Data.Reading;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using NpgsqlTypes;

namespace Doseline.Platform.Data.Writing;

/// <summary>What writing a kind of row needs to know: its table, columns, key and fence. Read from the model once, which stays the truth.</summary>
sealed class RowShape
{
    const int ColumnsMax = 128;

    // Code for a whole row costs milliseconds to make, and is made where it is worth them.
    const int FilledBefore = 200;
    static readonly ConditionalWeakTable<IEntityType, RowShape> shapes = [];

    readonly ConcurrentDictionary<UInt128, RowStatement> updates = new();
    readonly ConcurrentDictionary<(string Change, string? Where), RowStatement> conditions = new();
    readonly ConcurrentDictionary<string, RowStatement> selects = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, RowStatement> lists = new(StringComparer.Ordinal);
    readonly Type row;
    Action<object, object?[]>? fill;
    int filled;
    readonly RowStatement numbered;
    readonly RowStatement select;
    readonly string selection;
    readonly int[] given;
    readonly int[] key;
    readonly int[] fence;

    RowShape(IEntityType type)
    {
        row = type.ClrType;
        Table = type.GetTableName()!;
        Columns = [.. type.GetProperties().Select(p => new RowColumn(p))];
        if (Columns.Count > ColumnsMax) throw new InvalidOperationException($"{Table} has {Columns.Count} columns; a row has at most {ColumnsMax}.");
        key = At(type.FindPrimaryKey()!.Properties);
        fence = At(type.GetProperties().Where(p => p.IsConcurrencyToken));
        IsAudited = typeof(IGxpRow).IsAssignableFrom(type.ClrType);
        Generated = key is [var only] && Columns[only].Property.ValueGenerated is ValueGenerated.OnAdd ? only : null;
        given = [.. Enumerable.Range(0, Columns.Count).Where(i => i != Generated)];
        Insert = Insertion(given);
        numbered = Generated is null ? Insert : Insertion([.. Enumerable.Range(0, Columns.Count)]);
        var others = string.Join(", ", given.Except(key).Select(i => $"{Columns[i].Quoted} = excluded.{Columns[i].Quoted}"));
        Upsert = new RowStatement(this, WriteStep.Change, $"{Insert.Sql} ON CONFLICT ({string.Join(", ", key.Select(k => Columns[k].Quoted))}) DO UPDATE SET {others}", Insert.Types, Insert.Key, hitsOne: false);
        Delete = Deletion([.. key, .. fence], hitsOne: true);
        Forget = Deletion(key, hitsOne: false);
        selection = $"SELECT {string.Join(", ", Columns.Select(c => c.Quoted))} FROM \"{Table}\"";
        select = Selection(key);
    }

    /// <summary>Its table.</summary>
    public string Table { get; }

    /// <summary>All its columns.</summary>
    public IReadOnlyList<RowColumn> Columns { get; }

    /// <summary>True for the rows of records, whose every change has an audit row.</summary>
    public bool IsAudited { get; }

    /// <summary>Index of the column that the database numbers; null when there is none.</summary>
    public int? Generated { get; }

    /// <summary>Inserts a row.</summary>
    public RowStatement Insert { get; }

    /// <summary>Inserts a row, or changes the one that is there.</summary>
    public RowStatement Upsert { get; }

    /// <summary>Deletes a row that must be there, as it was read.</summary>
    public RowStatement Delete { get; }

    /// <summary>Deletes a row if it is there.</summary>
    public RowStatement Forget { get; }

    /// <summary>The shape of a kind of row.</summary>
    public static RowShape Of(IEntityType type) => shapes.GetValue(type, t => new RowShape(t));

    /// <summary>A row's values as they are stored, one for each column.</summary>
    public object?[] ValuesOf(object row)
    {
        var values = new object?[Columns.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Columns[i].StoredOf(row);
        return values;
    }

    /// <summary>A row of stored values.</summary>
    public object Make(object?[] stored)
    {
        var made = Activator.CreateInstance(row, nonPublic: true)!;
        Fill(made, stored);
        return made;
    }

    /// <summary>Gives a row stored values.</summary>
    public void Fill(object made, object?[] stored)
    {
        if (fill is null && Interlocked.Increment(ref filled) == FilledBefore) fill = MakeFill();
        if (fill is { } whole) whole(made, stored);
        else for (var i = 0; i < stored.Length; i++) Columns[i].Set(made, stored[i]);
    }

    /// <summary>Asks for the row with a key.</summary>
    public RowsAsked Ask(params object[] parts) => new(select, [.. parts.Select((part, at) => Columns[key[at]].Stored(part)!)]);

    /// <summary>Asks for the rows with a value in the column of a property.</summary>
    public RowsAsked AskWhere(string property, object value)
    {
        var at = At(property);
        return new RowsAsked(selects.GetOrAdd(property, _ => Selection([at])), [Columns[at].Stored(value)!]);
    }

    /// <summary>Selects rows by what stands behind the name of the table: conditions, order, number.</summary>
    public RowStatement SelectionOf(string tail, IReadOnlyList<NpgsqlDbType> types) =>
        lists.GetOrAdd(tail, _ => new RowStatement(this, WriteStep.Change, $"{selection}{tail}", [.. types], [], hitsOne: false));

    /// <summary>The column of a property.</summary>
    public RowColumn ColumnOf(string property) => Columns[At(property)];

    /// <summary>A row's value in the column of a property, as it is stored.</summary>
    public object? StoredOf(object made, string property) => ColumnOf(property).StoredOf(made);

    /// <summary>Asks again for a row that was read.</summary>
    public RowsAsked AskAgain(object?[] stored) => new(select, [.. key.Select(k => stored[k]!)]);

    /// <summary>The id that a row of such stored values has.</summary>
    public string IdOf(object?[] stored) => string.Join('/', key.Select(k => Convert.ToString(stored[k], CultureInfo.InvariantCulture)));

    /// <summary>A row's id in the audit trail: the parts of its primary key, joined by a slash.</summary>
    public string IdOf(object row) => key is [var only] ? IdPart(only, row) : string.Join('/', key.Select(k => IdPart(k, row)));

    /// <summary>The row's insertion; where the database numbers such rows, under the next number.</summary>
    public RowWrite InsertOf(object row, object?[] values) => new(Insert, Pick(values, given), row);

    /// <summary>The insertion of a row that has its number already, where the database numbers such rows.</summary>
    public RowWrite InsertNumberedOf(object row, object?[] values) => new(numbered, values, row);

    /// <summary>The row's insertion, or its change where it is there.</summary>
    public RowWrite UpsertOf(object row) => new(Upsert, Pick(ValuesOf(row), given), row);

    /// <summary>The row's change; it must be there as it was read.</summary>
    /// <param name="row">The row.</param>
    /// <param name="values">Its values now.</param>
    /// <param name="changed">Which of them changed, by column.</param>
    /// <param name="read">Its values as read, by column; only those of the fence are asked for.</param>
    public RowWrite UpdateOf(object row, object?[] values, UInt128 changed, Func<int, object?> read)
    {
        var statement = updates.GetOrAdd(changed, Update);
        var parameters = new object?[statement.Types.Length];
        var at = 0;
        for (var i = 0; i < values.Length; i++)
            if ((changed >> i & 1) != 0) parameters[at++] = values[i];
        foreach (var k in key) parameters[at++] = values[k];
        foreach (var f in fence) parameters[at++] = read(f);
        return new RowWrite(statement, parameters, row);
    }

    /// <summary>The row's deletion; it must be there as it was read.</summary>
    public RowWrite DeleteOf(object row, Func<int, object?> read) => new(Delete, [.. key.Select(k => Columns[k].StoredOf(row)), .. fence.Select(read)], row);

    /// <summary>The deletion of a row that may be there.</summary>
    public RowWrite ForgetOf(params object?[] keys) => new(Forget, keys, null);

    /// <summary>A change of the row with a key that is made where a condition on that same row holds; it must hold.</summary>
    public RowWrite ConditionOf(object rowKey, FormattableString change, FormattableString? where)
    {
        var statement = conditions.GetOrAdd((change.Format, where?.Format), formats => Condition(formats.Change, change.ArgumentCount, formats.Where, where?.ArgumentCount ?? 0));
        return new RowWrite(statement, [rowKey, .. change.GetArguments(), .. where?.GetArguments() ?? []], null);
    }

    // What Fill does column by column, as one piece of code that looks nothing up.
    Action<object, object?[]> MakeFill()
    {
        var (made, stored, own) = (Expression.Parameter(typeof(object)), Expression.Parameter(typeof(object?[])), Expression.Variable(row));
        List<Expression> steps = [Expression.Assign(own, Expression.Convert(made, row))];
        for (var i = 0; i < Columns.Count; i++)
        {
            var value = Expression.ArrayIndex(stored, Expression.Constant(i));
            steps.Add(Columns[i].SetIn(own, value) ?? Expression.Call(Expression.Constant(Columns[i]), nameof(RowColumn.Set), null, made, value));
        }

        return Expression.Lambda<Action<object, object?[]>>(Expression.Block([own], steps), made, stored).Compile();
    }

    static object?[] Pick(object?[] values, int[] columns)
    {
        if (columns.Length == values.Length) return values;
        var picked = new object?[columns.Length];
        for (var i = 0; i < picked.Length; i++) picked[i] = values[columns[i]];
        return picked;
    }

    static string Place(int at) => $"${(at + 1).ToString(CultureInfo.InvariantCulture)}";

    string IdPart(int column, object row) => Convert.ToString(Columns[column].ValueOf(row), CultureInfo.InvariantCulture)!;

    int At(string property)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (Columns[i].Property.Name == property) return i;
        throw new ArgumentException($"{Table} has no column of {property}.", nameof(property));
    }

    int[] At(IEnumerable<IProperty> properties) => [.. properties.Select(p => Columns.TakeWhile(c => c.Property != p).Count())];

    NpgsqlDbType[] TypesOf(IEnumerable<int> columns) => [.. columns.Select(i => Columns[i].Type)];

    RowStatement Selection(int[] by) => new(this, WriteStep.Change, $"{selection} WHERE {Where(by, 0)}", TypesOf(by), by, hitsOne: false);

    RowStatement Update(UInt128 changed)
    {
        int[] set = [.. Enumerable.Range(0, Columns.Count).Where(i => (changed >> i & 1) != 0)];
        int[] where = [.. key, .. fence];
        var sql = $"UPDATE \"{Table}\" SET {string.Join(", ", set.Select((i, at) => $"{Columns[i].Quoted} = {Place(at)}"))} WHERE {Where(where, set.Length)}";
        return new RowStatement(this, WriteStep.Change, sql, TypesOf([.. set, .. where]), [.. key.Select((_, at) => set.Length + at)], hitsOne: true);
    }

    RowStatement Insertion(int[] columns)
    {
        var names = string.Join(", ", columns.Select(i => Columns[i].Quoted));
        var places = string.Join(", ", columns.Select((_, at) => Place(at)));
        int[] where = [.. key.Select(k => Array.IndexOf(columns, k)).Where(k => k >= 0)];
        return new RowStatement(this, WriteStep.Insert, $"INSERT INTO \"{Table}\" ({names}) VALUES ({places})", TypesOf(columns), where, hitsOne: false);
    }

    RowStatement Condition(string change, int changeCount, string? where, int whereCount)
    {
        var set = string.Format(CultureInfo.InvariantCulture, change, [.. Enumerable.Range(1, changeCount).Select(Place)]);
        var also = where is null ? "" : $" AND {string.Format(CultureInfo.InvariantCulture, where, [.. Enumerable.Range(1 + changeCount, whereCount).Select(Place)])}";
        return new RowStatement(this, WriteStep.Change, $"UPDATE \"{Table}\" SET {set} WHERE {Where([key.Single()], 0)}{also}", [], [0], hitsOne: true);
    }

    RowStatement Deletion(int[] where, bool hitsOne) =>
        new(this, WriteStep.Change, $"DELETE FROM \"{Table}\" WHERE {Where(where, 0)}", TypesOf(where), [.. Enumerable.Range(0, key.Length)], hitsOne);

    string Where(int[] columns, int from) => string.Join(" AND ", columns.Select((i, at) => $"{Columns[i].Quoted} = {Place(from + at)}"));
}
