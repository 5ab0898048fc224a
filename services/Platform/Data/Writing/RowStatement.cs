using NpgsqlTypes;

namespace Doseline.Platform.Data.Writing;

/// <summary>When in a transaction a statement runs. The same everywhere, so that two processes take the locks of rows in the same order.</summary>
enum WriteStep
{
    /// <summary>A change or a deletion, with a condition or without.</summary>
    Change,

    /// <summary>An insertion.</summary>
    Insert,
}

/// <summary>The text of a statement that writes one row; the same object for every row that is written so.</summary>
/// <param name="shape">Kind of row; null for a fact, whose place in the log the database gives, and for the lock of the log.</param>
/// <param name="step">When it runs.</param>
/// <param name="sql">Its text, with places <c>$1</c>, <c>$2</c>, which both databases read.</param>
/// <param name="types">Type of each place; empty where the values say it themselves.</param>
/// <param name="key">Places of the row's key.</param>
/// <param name="hitsOne">True when it must hit exactly one row.</param>
sealed class RowStatement(RowShape? shape, WriteStep step, string sql, NpgsqlDbType[] types, int[] key, bool hitsOne)
{
    /// <summary>Kind of row; null for a fact and the lock of the log.</summary>
    public RowShape? Shape => shape;

    /// <summary>When it runs.</summary>
    public WriteStep Step => step;

    /// <summary>Its text.</summary>
    public string Sql => sql;

    /// <summary>Its text on PostgreSQL, where a statement that must hit one row and hits another number is a division by zero.</summary>
    public string PostgresSql { get; } = hitsOne ? $"WITH hit AS ({sql} RETURNING 1) SELECT 1 / (count(*) = 1)::int FROM hit" : sql;

    /// <summary>Type of each place.</summary>
    public NpgsqlDbType[] Types => types;

    /// <summary>Places of the row's key.</summary>
    public int[] Key => key;

    /// <summary>True when it must hit exactly one row.</summary>
    public bool HitsOne => hitsOne;
}

/// <summary>One row to write.</summary>
/// <param name="Statement">How.</param>
/// <param name="Values">The values of its places.</param>
/// <param name="Row">The row; null where there is none at hand.</param>
sealed record RowWrite(RowStatement Statement, object?[] Values, object? Row)
{
    /// <summary>By step, table and key: the order in which rows are locked.</summary>
    public int OrderAgainst(RowWrite other)
    {
        var (mine, its) = (Statement, other.Statement);
        if (mine.Step != its.Step) return mine.Step.CompareTo(its.Step);
        var order = string.CompareOrdinal(mine.Shape?.Table, its.Shape?.Table);
        for (var i = 0; order == 0 && i < mine.Key.Length && i < its.Key.Length; i++) order = Compare(Values[mine.Key[i]], other.Values[its.Key[i]]);
        return order;
    }

    static int Compare(object? mine, object? its) => (mine, its) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long a, long b) => a.CompareTo(b),
        _ => 0,
    };
}
