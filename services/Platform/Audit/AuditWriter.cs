using System.Buffers;
using System.Text;
using System.Text.Json;
using Doseline.Kernel.Time;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Doseline.Platform.Audit;

/// <summary>Writes an audit row for every insert and change of a GxP row, in the save that makes it.</summary>
static class AuditWriter
{
    /// <summary>Adds audit rows for what is about to be saved.</summary>
    public static void Write(ServiceDb db, RequestContext request)
    {
        List<AuditRow>? rows = null;
        // In one pass, for each looks for changes in everything that is tracked.
        foreach (var entry in db.ChangeTracker.Entries())
        {
            switch (entry)
            {
                case { Entity: AuditRow, State: EntityState.Modified or EntityState.Deleted }:
                    throw new InvalidOperationException("Audit rows are never changed.");
                case { Entity: IGxpRow, State: EntityState.Deleted }:
                    throw new InvalidOperationException($"{entry.Metadata.GetTableName()} is a GxP record and is never deleted.");
                case { Entity: IGxpRow row, State: EntityState.Added or EntityState.Modified }:
                    (rows ??= []).Add(RowOf(db, request, entry, row));
                    break;
            }
        }

        if (rows is not null) db.Set<AuditRow>().AddRange(rows);
    }

    static AuditRow RowOf(ServiceDb db, RequestContext request, EntityEntry entry, IGxpRow row)
    {
        var entity = AuditedEntity.Of(entry.Metadata);
        var changes = ChangesOf(entity, entry, row);
        var previous = row.AuditHash ?? "";
        // Time of one entity never runs backwards, even when the wall clock does.
        var time = row.Version > 0 && row.ChangedTime >= db.Now ? row.ChangedTime.AddTicks(1) : db.Now;
        row.Version++;
        row.ChangedTime = time;
        var audit = new AuditRow
        {
            Entity = entity.Table,
            EntityId = entity.KeyOf(row),
            Version = row.Version,
            Time = time,
            Zone = request.Zone,
            OffsetMinutes = (long)Zones.OffsetAt(time, request.Zone).TotalMinutes,
            Actor = request.Caller.IsKnown ? request.Caller.Subject : $"service:{db.Service}",
            ActorName = request.Caller.IsKnown ? request.Caller.Name : $"{db.Service} service",
            OnBehalfOf = request.Caller.OnBehalfOf,
            Action = entry.State is EntityState.Added ? "insert" : "update",
            Changes = changes,
            Reason = request.Reason,
            CausationId = request.CausationId,
            CorrelationId = request.CorrelationId,
            SignatureId = request.SignatureId,
            Origin = request.Origin,
            PreviousHash = previous,
            Hash = "",
        };
        var hash = AuditChain.HashOf(audit);
        row.AuditHash = hash;
        return audit with { Hash = hash };
    }

    static string ChangesOf(AuditedEntity entity, EntityEntry entry, IGxpRow row)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var column in entity.Columns)
            {
                // What is new has no earlier values to ask the change tracker for.
                var before = entry.State is EntityState.Added ? null : entry.Property(column.Property);
                if (before is { IsModified: false }) continue;
                json.WriteStartArray(column.Name);
                AuditValues.Write(json, column.Stored(before?.OriginalValue));
                AuditValues.Write(json, column.StoredOf(row));
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
