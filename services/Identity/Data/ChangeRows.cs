using Doseline.Identity.Domain;
using Doseline.Platform.Data;

namespace Doseline.Identity.Data;

/// <summary>A change of a person that one proposes and another decides on.</summary>
public sealed class PersonChangeRow : IGxpRow
{
    /// <summary>Change id.</summary>
    public required string Id { get; init; }

    /// <summary>Person.</summary>
    public required string PersonId { get; init; }

    /// <summary>What is to change.</summary>
    public required PersonChangeKind Kind { get; init; }

    /// <summary>Printed name as it shall be; empty for another kind.</summary>
    public string Name { get; init; } = "";

    /// <summary>Subject at another identity provider as it shall be; empty for none and for another kind.</summary>
    public string ExternalSubject { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public AssignmentState State { get; set; }

    /// <summary>Who proposed it: immutable id.</summary>
    public required string ProposedBy { get; init; }

    /// <summary>When it was proposed (UTC).</summary>
    public required DateTimeOffset ProposedTime { get; init; }

    /// <summary>Who decided on it: immutable id; empty until then.</summary>
    public string DecidedBy { get; set; } = "";

    /// <summary>When it was decided on (UTC); null until then.</summary>
    public DateTimeOffset? DecidedTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A one-time password that waits for quality. No GxP row, so that neither hash nor half reaches the audit trail; it goes with the decision.</summary>
public sealed class WaitingPasswordRow
{
    /// <summary>Change it belongs to.</summary>
    public required string ChangeId { get; init; }

    /// <summary>Hash of the whole.</summary>
    public required string Hash { get; init; }

    /// <summary>Its second half, sealed for this change; base64.</summary>
    public required string Box { get; init; }
}

/// <summary>A printed name, or a subject at another provider, that belongs or belonged to somebody. Never taken back.</summary>
public sealed class TakenNameRow
{
    /// <summary>The name in its one form, see <see cref="PersonChangeRules.NameKey"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Person or account.</summary>
    public required string HolderId { get; init; }
}

/// <summary>A use of the way back in past everybody's rights.</summary>
public sealed class BreakGlassRow : IGxpRow
{
    /// <summary>Hash of who, whom and why: the same order is carried out once.</summary>
    public required string Id { get; init; }

    /// <summary>Who was let in.</summary>
    public required string PersonId { get; init; }

    /// <summary>Who used it, as they named themselves.</summary>
    public required string UsedBy { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset Time { get; init; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
