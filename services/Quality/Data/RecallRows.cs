using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Quality.Domain;

namespace Doseline.Quality.Data;

/// <summary>A test that was pending when doses were released, and its clock.</summary>
public sealed record PendingTestRow : IActorRow
{
    /// <summary>Derived from batch, dose and test.</summary>
    public required string Id { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Dose; empty for the batch.</summary>
    public required string DoseId { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Test of the specification.</summary>
    public required string TestCode { get; init; }

    /// <summary>Its name.</summary>
    public required string TestName { get; init; }

    /// <summary>State.</summary>
    public PendingState State { get; set; } = PendingState.Pending;

    /// <summary>Instant of the conditional release (UTC).</summary>
    public required DateTimeOffset ReleasedTime { get; set; }

    /// <summary>Instant by which it must have a result (UTC).</summary>
    public required DateTimeOffset DueTime { get; set; }

    /// <summary>Result that ended it; empty before.</summary>
    public string ResultId { get; set; } = "";

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A recall.</summary>
public sealed class RecallRow : IGxpRow
{
    /// <summary>Recall identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Batch; empty for a scope.</summary>
    public required string BatchId { get; init; }

    /// <summary>What it was traced from, proto JSON; empty for one batch.</summary>
    public string Scope { get; init; } = "";

    /// <summary>True for an exercise.</summary>
    public required bool Exercise { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Record that led to it.</summary>
    public required string ReferenceId { get; init; }

    /// <summary>Printed name of who opened it.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Instant it was opened (UTC).</summary>
    public required DateTimeOffset OpenedTime { get; init; }

    /// <summary>What QA concluded; empty while open.</summary>
    public string Conclusion { get; set; } = "";

    /// <summary>Signature of the closing, proto JSON; null while open.</summary>
    public string? Closure { get; set; }

    /// <summary>Instant it was closed (UTC); null while open.</summary>
    public DateTimeOffset? ClosedTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A dose of a recall. Where it went stands in the dose itself, so that a shipment that is heard of late is not missed.</summary>
public sealed class RecallDoseRow : IGxpRow
{
    /// <summary>Recall.</summary>
    public required string RecallId { get; init; }

    /// <summary>Dose.</summary>
    public required string DoseId { get; init; }

    /// <summary>Name of the <see cref="RecalledState"/> its consignee answered; empty before.</summary>
    public string Answer { get; set; } = "";

    /// <summary>What the consignee added.</summary>
    public string Remark { get; set; } = "";

    /// <summary>Printed name of who answered; empty before.</summary>
    public string AnsweredBy { get; set; } = "";

    /// <summary>Instant of the answer (UTC); null before.</summary>
    public DateTimeOffset? AnsweredTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>The dose as the rules of recalls see it.</summary>
    public RecalledDose ToDomain(DoseRow? dose) => new(
        DoseId, dose?.ShipTime is not null, dose?.DeliverTime is not null, dose is { LostCause.Length: > 0 }, Answer is "" ? null : Enum.Parse<RecalledState>(Answer));
}
