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
}

/// <summary>Write sets that share a transaction, as one sequence of statements.</summary>
sealed class WriteGroup
{
    readonly List<(RowWrite Write, int Set, int Place)> rows = [];

    /// <summary>Puts the sets together.</summary>
    public WriteGroup(IReadOnlyList<WriteSet> sets)
    {
        Sets = sets;
        for (var set = 0; set < sets.Count; set++)
            foreach (var write in sets[set].Rows) rows.Add((write, set, rows.Count));
        // What has the same key, or none, stays as it came: the trail of a record, the entries of a ledger.
        rows.Sort((a, b) => a.Write.CompareTo(b.Write) is var order and not 0 ? order : a.Place.CompareTo(b.Place));
        Rows = [.. rows.Select(r => r.Write)];
        Last = [.. sets.SelectMany(s => s.Facts)];
        IsCounted = Rows.Exists(w => w.Statement.HitsOne);
    }

    /// <summary>The sets.</summary>
    public IReadOnlyList<WriteSet> Sets { get; }

    /// <summary>Everything but the facts, in the order of locks.</summary>
    public List<RowWrite> Rows { get; }

    /// <summary>What is written last of all, once every condition and fence of every set has held: the facts.</summary>
    public List<RowWrite> Last { get; }

    /// <summary>True when the rows that a statement hits are to be counted before the commit.</summary>
    public bool IsCounted { get; }
}
