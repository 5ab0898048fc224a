using System.Buffers;
using System.Text;
using System.Text.Json;
using Doseline.Kernel.Time;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Messaging;

namespace Doseline.Platform.Audit;

/// <summary>Makes an audit row for every insert and change of a GxP row, of the values that the same save stores.</summary>
sealed class AuditWriter(ServiceDb db, RequestContext request)
{
    List<RowWrite>? rows;

    /// <summary>The audit rows, in the order of the changes.</summary>
    public IReadOnlyList<RowWrite> Rows => rows ?? [];

    /// <summary>Audits a record that is new.</summary>
    /// <param name="shape">Kind of record.</param>
    /// <param name="row">The record; its version, time and hash are set.</param>
    /// <param name="values">Its stored values, which take those three.</param>
    public void Inserted(RowShape shape, IGxpRow row, object?[] values) => Write(shape, row, values, UInt128.MaxValue, null);

    /// <summary>Audits a record that changed.</summary>
    /// <param name="shape">Kind of record.</param>
    /// <param name="row">The record; its version, time and hash are set.</param>
    /// <param name="values">Its stored values, which take those three.</param>
    /// <param name="changed">Which columns changed.</param>
    /// <param name="read">The stored value of a column as it was read, by its index.</param>
    /// <returns>Which columns changed, with those three.</returns>
    public UInt128 Changed(RowShape shape, IGxpRow row, object?[] values, UInt128 changed, Func<int, object?> read) => changed | Write(shape, row, values, changed, read);

    UInt128 Write(RowShape shape, IGxpRow row, object?[] values, UInt128 changed, Func<int, object?>? read)
    {
        var changes = ChangesOf(shape, values, changed, read);
        var previous = row.AuditHash ?? "";
        // Time of one entity never runs backwards, even when the wall clock does.
        var time = row.Version > 0 && row.ChangedTime >= db.Now ? row.ChangedTime.AddTicks(1) : db.Now;
        row.Version++;
        row.ChangedTime = time;
        var audit = new AuditRow
        {
            Entity = shape.Table,
            EntityId = shape.IdOf(row),
            Version = row.Version,
            Time = time,
            Zone = request.Zone,
            OffsetMinutes = (long)Zones.OffsetAt(time, request.Zone).TotalMinutes,
            Actor = request.Caller.IsKnown ? request.Caller.Subject : $"service:{db.Service}",
            ActorName = request.Caller.IsKnown ? request.Caller.Name : $"{db.Service} service",
            OnBehalfOf = request.Caller.OnBehalfOf,
            Action = read is null ? "insert" : "update",
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
        var trail = RowShape.Of(db.Model.FindEntityType(typeof(AuditRow))!);
        audit = audit with { Hash = hash };
        (rows ??= []).Add(trail.InsertOf(audit, trail.ValuesOf(audit)));

        UInt128 own = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (!shape.Columns[i].IsAudits) continue;
            values[i] = shape.Columns[i].StoredOf(row);
            own |= UInt128.One << i;
        }

        return own;
    }

    static string ChangesOf(RowShape shape, object?[] values, UInt128 changed, Func<int, object?>? read)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var i = 0; i < values.Length; i++)
            {
                var column = shape.Columns[i];
                if (column.IsAudits || (changed >> i & 1) == 0) continue;
                json.WriteStartArray(column.Name);
                AuditValues.Write(json, read?.Invoke(i));
                AuditValues.Write(json, values[i]);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
