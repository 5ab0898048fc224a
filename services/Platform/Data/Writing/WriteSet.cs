namespace Doseline.Platform.Data.Writing;

/// <summary>All that one command, fact or turn writes: it commits as a whole or not at all.</summary>
sealed class WriteSet
{
    /// <summary>Rows to write, and conditions on which they are.</summary>
    public List<RowWrite> Rows { get; } = [];

    /// <summary>Facts, in the order they were published: written last of all.</summary>
    public List<RowWrite> Facts { get; } = [];

    /// <summary>How many statements it is.</summary>
    public int Count => Rows.Count + Facts.Count;

    /// <summary>Adds what was saved after it.</summary>
    public void Add(WriteSet later)
    {
        Rows.AddRange(later.Rows);
        Facts.AddRange(later.Facts);
    }
}

/// <summary>Write sets that share a transaction, as one sequence of statements.</summary>
sealed class WriteGroup
{
    static readonly Comparer<RowWrite> LockOrder = Comparer<RowWrite>.Create((a, b) => a.OrderAgainst(b));

    /// <summary>Puts the sets together.</summary>
    public WriteGroup(IReadOnlyList<WriteSet> sets)
    {
        Sets = sets;
        // What has the same key, or none, stays as it came: the trail of a record, the entries of a ledger.
        Rows = [.. sets.SelectMany(s => s.Rows).Order(LockOrder)];
        Last = [.. sets.SelectMany(s => s.Facts)];
    }

    /// <summary>The sets.</summary>
    public IReadOnlyList<WriteSet> Sets { get; }

    /// <summary>Everything but the facts, in the order of locks.</summary>
    public List<RowWrite> Rows { get; }

    /// <summary>What is written last of all, once every condition and fence of every set has held: the facts.</summary>
    public List<RowWrite> Last { get; }
}
