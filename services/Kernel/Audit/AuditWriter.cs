using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Doseline.Kernel.Data;
using Doseline.Kernel.Messaging;
using Doseline.Kernel.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Doseline.Kernel.Audit;

/// <summary>Writes an audit row for every insert and change of a GxP row, in the save that makes it.</summary>
static class AuditWriter
{
    /// <summary>Adds audit rows for what is about to be saved.</summary>
    public static void Write(ServiceDb db, RequestContext request)
    {
        List<AuditRow>? rows = null;
        foreach (var audit in db.ChangeTracker.Entries<AuditRow>())
        {
            if (audit.State is EntityState.Modified or EntityState.Deleted) throw new InvalidOperationException("Audit rows are never changed.");
        }

        foreach (var entry in db.ChangeTracker.Entries<IGxpRow>())
        {
            if (entry.State is EntityState.Deleted)
                throw new InvalidOperationException($"{entry.Metadata.GetTableName()} is a GxP record and is never deleted.");
            if (entry.State is EntityState.Added or EntityState.Modified) (rows ??= []).Add(RowOf(db, request, entry));
        }

        if (rows is not null) db.Set<AuditRow>().AddRange(rows);
    }

    static AuditRow RowOf(ServiceDb db, RequestContext request, EntityEntry<IGxpRow> entry)
    {
        var row = entry.Entity;
        var changes = ChangesOf(entry);
        var previous = row.AuditHash ?? "";
        // Time of one entity never runs backwards, even when the wall clock does.
        var time = row.Version > 0 && row.ChangedTime >= db.Now ? row.ChangedTime.AddTicks(1) : db.Now;
        row.Version++;
        row.ChangedTime = time;
        var audit = new AuditRow
        {
            Entity = entry.Metadata.GetTableName()!,
            EntityId = KeyOf(entry),
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

    static string KeyOf(EntityEntry entry) => string.Join('/',
        entry.Metadata.FindPrimaryKey()!.Properties.Select(p => Convert.ToString(entry.Property(p).CurrentValue, CultureInfo.InvariantCulture)));

    static string ChangesOf(EntityEntry<IGxpRow> entry)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var property in entry.Properties)
            {
                if (property.Metadata.Name is nameof(IGxpRow.Version) or nameof(IGxpRow.ChangedTime) or nameof(IGxpRow.AuditHash)) continue;
                if (entry.State is EntityState.Modified && !property.IsModified) continue;
                json.WriteStartArray(property.Metadata.GetColumnName());
                Value(json, property.Metadata, entry.State is EntityState.Added ? null : property.OriginalValue);
                Value(json, property.Metadata, property.CurrentValue);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // Values stand as stored, so that a check against the database compares like with like.
    static void Value(Utf8JsonWriter json, IProperty property, object? value)
    {
        var stored = value is null ? null : property.GetTypeMapping().Converter is { } converter ? converter.ConvertToProvider(value) : value;
        AuditValues.Write(json, stored);
    }
}
