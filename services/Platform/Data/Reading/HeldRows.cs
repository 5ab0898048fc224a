using Doseline.Platform.Audit;
using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Data.Reading;

/// <summary>Rows that a context holds beside the change tracker, with their values as they were read: the next save writes what has changed.</summary>
sealed class HeldRows
{
    readonly Dictionary<object, (RowShape Shape, object?[]? Read)> rows = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(RowShape Shape, string Id), object> found = [];

    /// <summary>The row of a key that is held already; null when none is.</summary>
    public object? Of(RowShape shape, string id) => found.GetValueOrDefault((shape, id));

    /// <summary>Holds a row that was read; null values for one that is new.</summary>
    public void Hold(RowShape shape, object row, object?[]? read)
    {
        rows[row] = (shape, read);
        found[(shape, shape.IdOf(row))] = row;
    }

    /// <summary>True when something was put in or has changed.</summary>
    public bool HasChanges => rows.Any(r => r.Value.Read is not { } read || Changed(read, r.Value.Shape.ValuesOf(r.Key)) != 0);

    /// <summary>True when nothing is held.</summary>
    public bool IsEmpty => rows.Count == 0;

    /// <summary>Lets everything go.</summary>
    public void Clear()
    {
        rows.Clear();
        found.Clear();
    }

    /// <summary>Adds what was put in and what has changed to a set.</summary>
    /// <returns>Takes what was collected for what is stored; call it once that is saved.</returns>
    public Action Collect(AuditWriter audit, WriteSet set)
    {
        List<(object Row, RowShape Shape, object?[] Values)>? saved = null;
        foreach (var (row, (shape, read)) in rows)
        {
            var values = shape.ValuesOf(row);
            var changed = read is null ? UInt128.MaxValue : Changed(read, values);
            if (changed == 0) continue;
            (saved ??= []).Add((row, shape, values));
            if (read is null)
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

        return () => saved?.ForEach(s => rows[s.Row] = (s.Shape, s.Values));
    }

    static UInt128 Changed(object?[] read, object?[] values)
    {
        UInt128 changed = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var same = (read[i], values[i]) is (byte[] a, byte[] b) ? a.AsSpan().SequenceEqual(b) : Equals(read[i], values[i]);
            if (!same) changed |= UInt128.One << i;
        }

        return changed;
    }
}
