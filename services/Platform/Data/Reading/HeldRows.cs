using Doseline.Platform.Audit;
using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Data.Reading;

/// <summary>Rows that a context holds beside the change tracker, with their values as they were read: the next save writes what has changed.</summary>
sealed class HeldRows
{
    readonly Dictionary<object, Held> rows = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(RowShape Shape, string Id), Held> found = [];
    readonly HashSet<(RowStatement Select, object Value)> known = [];

    /// <summary>Every row that is held, in the order in which it came to be.</summary>
    public IEnumerable<object> All => rows.Keys;

    /// <summary>True when something was put in, has changed or is to be deleted.</summary>
    public bool HasChanges => rows.Values.Any(h => h.HasChanged);

    /// <summary>The row of a key that is held already; null when none is.</summary>
    public Held? Of(RowShape shape, string id) => found.GetValueOrDefault((shape, id));

    /// <summary>Rows of a kind that will be there once the changes are saved.</summary>
    public IEnumerable<object> Of(RowShape shape) => rows.Values.Where(h => h.Shape == shape && !h.IsDropped).Select(h => h.Row);

    /// <summary>Holds a row that was read; null values for one that is new.</summary>
    public void Hold(RowShape shape, object row, object?[]? read)
    {
        rows[row] = new Held(shape, row) { Read = read };
        // Rows that the database numbers have no id yet.
        if (shape.Generated is null) found[(shape, shape.IdOf(row))] = rows[row];
    }

    /// <summary>True when a row was put in or has changed.</summary>
    public bool HasChanged(object row) => rows.TryGetValue(row, out var held) && held.HasChanged;

    /// <summary>Deletes a row with the next save.</summary>
    public void Drop(object row)
    {
        var held = rows[row];
        if (held.Read is null) Release(held);
        else held.IsDropped = true;
    }

    /// <summary>True when every row with a value in a column was read already.</summary>
    public bool Knows(RowsAsked asked) => known.Contains((asked.Select, asked.Values[0]));

    /// <summary>Says that every row with a value in a column was read.</summary>
    public void Know(RowsAsked asked) => known.Add((asked.Select, asked.Values[0]));

    /// <summary>Rows that were read and not changed since, to be read again; which others there are is not known any more.</summary>
    public IReadOnlyList<Held> ToReadAgain()
    {
        known.Clear();
        return [.. rows.Values.Where(h => !h.HasChanged)];
    }

    /// <summary>Lets everything go but some rows, which become what they were when they were read.</summary>
    public void Keep(IReadOnlySet<object> kept)
    {
        foreach (var held in rows.Values.ToList())
        {
            if (!kept.Contains(held.Row)) Release(held);
            else held.Take(held.Read!);
        }
    }

    /// <summary>Lets one row go.</summary>
    public void Release(Held held)
    {
        rows.Remove(held.Row);
        if (Of(held.Shape, held.Shape.IdOf(held.Row)) == held) found.Remove((held.Shape, held.Shape.IdOf(held.Row)));
    }

    /// <summary>Lets everything go.</summary>
    public void Clear()
    {
        known.Clear();
        rows.Clear();
        found.Clear();
    }

    /// <summary>Adds what was put in, what has changed and what goes to a set.</summary>
    /// <returns>What was added, with its values as they will be stored; to be accepted once that is saved.</returns>
    public IReadOnlyList<(Held Held, object?[] Values)> Collect(AuditWriter audit, WriteSet set)
    {
        List<(Held, object?[])> collected = [];
        foreach (var held in rows.Values)
        {
            var (shape, row, read) = (held.Shape, held.Row, held.Read);
            var values = shape.ValuesOf(row);
            var changed = held.ChangesOf(values);
            if (changed == 0 && !held.IsDropped) continue;
            collected.Add((held, values));
            if (held.IsDropped)
            {
                if (shape.IsAudited) throw new InvalidOperationException($"{shape.Table} is a GxP record and is never deleted.");
                set.Rows.Add(shape.DeleteOf(row, at => read![at]));
            }
            else if (read is null)
            {
                if (row is IGxpRow record) audit.Inserted(shape, record, values);
                set.Rows.Add(shape.InsertOf(row, values));
            }
            else
            {
                if (row is IGxpRow record) changed = audit.Changed(shape, record, values, changed, at => read[at]);
                set.Rows.Add(shape.UpdateOf(row, values, changed, at => read[at]));
            }
        }

        return collected;
    }

    /// <summary>Takes what was collected for what is stored.</summary>
    public void Accept(IReadOnlyList<(Held Held, object?[] Values)> collected)
    {
        foreach (var (held, values) in collected)
        {
            if (held.IsDropped) Release(held);
            else held.Read = values;
        }
    }
}

/// <summary>A row that is held.</summary>
sealed class Held(RowShape shape, object row)
{
    /// <summary>Its kind.</summary>
    public RowShape Shape => shape;

    /// <summary>The row.</summary>
    public object Row => row;

    /// <summary>Its values as they were read or last saved; null while it is new.</summary>
    public object?[]? Read { get; set; }

    /// <summary>True once it is to be deleted.</summary>
    public bool IsDropped { get; set; }

    /// <summary>True when the next save writes it.</summary>
    public bool HasChanged => IsDropped || ChangesOf(shape.ValuesOf(row)) != 0;

    /// <summary>Takes values that were read.</summary>
    public void Take(object?[] values)
    {
        shape.Fill(row, values);
        (Read, IsDropped) = (values, false);
    }

    /// <summary>Which columns differ from what was read.</summary>
    public UInt128 ChangesOf(object?[] values)
    {
        if (Read is null) return UInt128.MaxValue;
        UInt128 changed = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var same = (Read[i], values[i]) is (byte[] a, byte[] b) ? a.AsSpan().SequenceEqual(b) : Equals(Read[i], values[i]);
            if (!same) changed |= UInt128.One << i;
        }

        return changed;
    }
}
