namespace Doseline.Platform.Audit;

/// <summary>One change of one row: who, when, what and why. Rows of one entity form a hash chain; none is ever changed.</summary>
public sealed record AuditRow
{
    /// <summary>Order of writing within the service.</summary>
    public long Seq { get; init; }

    /// <summary>Table of the changed row.</summary>
    public required string Entity { get; init; }

    /// <summary>Primary key of the changed row; parts of a composite key are joined by <c>/</c>.</summary>
    public required string EntityId { get; init; }

    /// <summary>Version the change led to; 1 is the insert.</summary>
    public required long Version { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>IANA zone in which the person worked; UTC for machines.</summary>
    public required string Zone { get; init; }

    /// <summary>Offset of <see cref="Zone"/> from UTC at <see cref="Time"/>, in minutes.</summary>
    public required long OffsetMinutes { get; init; }

    /// <summary>Who: the subject of the token, or a service account.</summary>
    public required string Actor { get; init; }

    /// <summary>Printed name of the actor at that time.</summary>
    public required string ActorName { get; init; }

    /// <summary>On whose behalf a service account acted; null when it acted for itself.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary><c>insert</c> or <c>update</c>.</summary>
    public required string Action { get; init; }

    /// <summary>JSON object: column to [old value, new value].</summary>
    public required string Changes { get; init; }

    /// <summary>Why, as given by the person; empty where none was asked for.</summary>
    public required string Reason { get; init; }

    /// <summary>Request or fact that caused it.</summary>
    public required string CausationId { get; init; }

    /// <summary>First request that it goes back to.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>Electronic signature that covers it; null when unsigned.</summary>
    public string? SignatureId { get; init; }

    /// <summary>Where a fact of another service caused the change: JSON of its source, type, time, actor and payload hash as published; null otherwise.</summary>
    public string? Origin { get; init; }

    /// <summary>Hash of the entity's previous row; empty for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>Lower-case hex SHA-256 over all the above but <see cref="Seq"/>, see <see cref="AuditChain"/>.</summary>
    public required string Hash { get; init; }
}
