using Doseline.Platform.Data;

namespace Doseline.Identity.Data;

/// <summary>A version of a procedure; never changed.</summary>
public sealed class ProcedureRow : IGxpRow
{
    /// <summary>Code.</summary>
    public required string Code { get; init; }

    /// <summary>Version, from 1.</summary>
    public required long ProcedureVersion { get; init; }

    /// <summary>Title.</summary>
    public required string Title { get; init; }

    /// <summary>In force from then on (UTC).</summary>
    public required DateTimeOffset EffectiveTime { get; init; }

    /// <summary>Who published it: immutable id.</summary>
    public required string PublishedBy { get; init; }

    /// <summary>Who published it: printed name.</summary>
    public required string PublisherName { get; init; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A training record.</summary>
public sealed class TrainingRow : IGxpRow
{
    /// <summary>Training id.</summary>
    public required string Id { get; init; }

    /// <summary>Person trained.</summary>
    public required string PersonId { get; init; }

    /// <summary>Procedure.</summary>
    public required string Code { get; init; }

    /// <summary>Version trained on.</summary>
    public required long ProcedureVersion { get; init; }

    /// <summary>When the person was found competent (UTC).</summary>
    public required DateTimeOffset TrainedTime { get; init; }

    /// <summary>To be refreshed from then on (UTC); null when it need not be.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>Where the proof is.</summary>
    public required string Evidence { get; init; }

    /// <summary>Who recorded it: immutable id.</summary>
    public required string RecordedBy { get; init; }

    /// <summary>Who recorded it: printed name.</summary>
    public required string RecorderName { get; init; }

    /// <summary>When it was withdrawn (UTC); null while it counts.</summary>
    public DateTimeOffset? WithdrawnTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
