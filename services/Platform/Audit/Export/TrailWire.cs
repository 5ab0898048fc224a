using Doseline.Audit.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Audit.Export;

/// <summary>Audit rows on the wire and back, without loss: a row that was exported hashes as it did in the database.</summary>
public static class TrailWire
{
    /// <summary>A row as a message.</summary>
    public static AuditRecord ToWire(this AuditRow row)
    {
        AuditRecord record = new()
        {
            Seq = row.Seq,
            Entity = row.Entity,
            EntityId = row.EntityId,
            Version = row.Version,
            Time = row.Time.ToTimestamp(),
            Zone = row.Zone,
            OffsetMinutes = row.OffsetMinutes,
            Actor = row.Actor,
            ActorName = row.ActorName,
            Action = row.Action,
            Changes = row.Changes,
            Reason = row.Reason,
            CausationId = row.CausationId,
            CorrelationId = row.CorrelationId,
            PreviousHash = row.PreviousHash,
            Hash = row.Hash,
        };
        if (row.OnBehalfOf is not null) record.OnBehalfOf = row.OnBehalfOf;
        if (row.SignatureId is not null) record.SignatureId = row.SignatureId;
        if (row.Origin is not null) record.Origin = row.Origin;
        return record;
    }

    /// <summary>A message as a row.</summary>
    public static AuditRow ToRow(this AuditRecord record) => new()
    {
        Seq = record.Seq,
        Entity = record.Entity,
        EntityId = record.EntityId,
        Version = record.Version,
        Time = record.Time?.ToDateTimeOffset() ?? DateTimeOffset.MinValue,
        Zone = record.Zone,
        OffsetMinutes = record.OffsetMinutes,
        Actor = record.Actor,
        ActorName = record.ActorName,
        OnBehalfOf = record.HasOnBehalfOf ? record.OnBehalfOf : null,
        Action = record.Action,
        Changes = record.Changes,
        Reason = record.Reason,
        CausationId = record.CausationId,
        CorrelationId = record.CorrelationId,
        SignatureId = record.HasSignatureId ? record.SignatureId : null,
        Origin = record.HasOrigin ? record.Origin : null,
        PreviousHash = record.PreviousHash,
        Hash = record.Hash,
    };
}
