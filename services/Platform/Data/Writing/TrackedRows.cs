using Doseline.Platform.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Update;

namespace Doseline.Platform.Data.Writing;

/// <summary>What the change tracker of a context holds, as writes, each record with its audit row.</summary>
static class TrackedRows
{
    /// <summary>Adds what was inserted, changed and deleted to a set.</summary>
    /// <returns>The rows that the database numbers: their numbers are not read back, so they are let go once they are saved.</returns>
    public static List<EntityEntry> Collect(ServiceDb db, AuditWriter audit, WriteSet set)
    {
        List<EntityEntry> numbered = [];
        List<(long Order, RowWrite Write)> inOrder = [];
        // In one pass, for each looks for changes in everything that is tracked.
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached) continue;
            var shape = RowShape.Of(entry.Metadata);
            switch (entry)
            {
                case { Entity: AuditRow, State: EntityState.Modified or EntityState.Deleted }:
                    throw new InvalidOperationException("Audit rows are never changed.");
                case { State: EntityState.Deleted } when shape.IsAudited:
                    throw new InvalidOperationException($"{shape.Table} is a GxP record and is never deleted.");
                case var _ when db.IsActors(entry.Metadata.ClrType):
                    throw new InvalidOperationException($"{entry.Metadata.ClrType.Name} is an actor's row; it is loaded, for its deadlines follow from that.");
                case { State: EntityState.Deleted }:
                    set.Rows.Add(shape.DeleteOf(entry.Entity, at => OriginalOf(entry, shape.Columns[at])));
                    break;
                case { State: EntityState.Modified }:
                    Change(entry, shape);
                    break;
                default:
                    Insert(entry, shape);
                    break;
            }
        }

        // In the order in which they were added.
        inOrder.Sort((a, b) => a.Order.CompareTo(b.Order));
        set.Rows.AddRange(inOrder.Select(i => i.Write));
        return numbered;

        void Insert(EntityEntry entry, RowShape shape)
        {
            var values = shape.ValuesOf(entry.Entity);
            if (entry.Entity is IGxpRow record) audit.Inserted(shape, record, values);
            if (shape.Generated is { } at && Tracked(entry).HasTemporaryValue(shape.Columns[at].Property))
            {
                numbered.Add(entry);
                inOrder.Add(((long)Tracked(entry).GetCurrentValue(shape.Columns[at].Property)!, shape.InsertOf(entry.Entity, values)));
            }
            else
            {
                set.Rows.Add(shape.InsertNumberedOf(entry.Entity, values));
            }
        }

        void Change(EntityEntry entry, RowShape shape)
        {
            UInt128 changed = 0;
            var tracked = Tracked(entry);
            for (var i = 0; i < shape.Columns.Count; i++)
                if (tracked.IsModified(shape.Columns[i].Property)) changed |= UInt128.One << i;
            var values = shape.ValuesOf(entry.Entity);
            if (entry.Entity is IGxpRow record) changed = audit.Changed(shape, record, values, changed, at => OriginalOf(entry, shape.Columns[at]));
            set.Rows.Add(shape.UpdateOf(entry.Entity, values, changed, at => OriginalOf(entry, shape.Columns[at])));
        }
    }

    /// <summary>Takes what was saved for what is stored.</summary>
    public static void Accept(ServiceDb db, List<EntityEntry> numbered)
    {
        foreach (var entry in numbered) entry.State = EntityState.Detached;
        db.ChangeTracker.AcceptAllChanges();
    }

    static object? OriginalOf(EntityEntry entry, RowColumn column) => column.Stored(Tracked(entry).GetOriginalValue(column.Property));

#pragma warning disable EF1001 // The tracker's own view of a row, which a database provider is given; the public one makes an object for each property asked for.
    static IUpdateEntry Tracked(EntityEntry entry) => entry.GetInfrastructure();
#pragma warning restore EF1001
}
