using Doseline.Audit.V1;
using Doseline.Platform.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Audit.Retention;

/// <summary>What keeps records, or a service's messages, longer than their period.</summary>
sealed class LegalHoldRow : IGxpRow
{
    public required string Id { get; init; }

    /// <summary>Table; empty for every table and the messages.</summary>
    public required string Entity { get; init; }

    /// <summary>Record; empty for every record of the table.</summary>
    public required string EntityId { get; init; }

    public required string Reason { get; init; }
    public required string PlacedBy { get; init; }
    public required DateTimeOffset PlaceTime { get; init; }
    public string? LiftedBy { get; set; }
    public DateTimeOffset? LiftTime { get; set; }
    public string? LiftReason { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public LegalHold ToWire() => new()
    {
        HoldId = Id,
        Entity = Entity,
        EntityId = EntityId,
        Reason = Reason,
        PlacedBy = PlacedBy,
        PlaceTime = PlaceTime.ToTimestamp(),
        LiftedBy = LiftedBy ?? "",
        LiftTime = LiftTime?.ToTimestamp(),
        Version = Version,
    };
}

/// <summary>Settings of retention, section <c>Audit</c>.</summary>
public sealed class RetentionOptions(IConfiguration config)
{
    /// <summary>What this installation keeps every record, in months after its last change (<c>KeepMonths</c>, default 180: the 15 years that the fact base recommends, for the legal minimum of a short-lived product misleads).</summary>
    public int KeepMonths { get; } = config.GetValue("Audit:KeepMonths", 180);
}
