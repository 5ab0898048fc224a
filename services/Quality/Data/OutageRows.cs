using Doseline.Platform.Data;
using Doseline.Quality.Domain;

namespace Doseline.Quality.Data;

/// <summary>An authorisation to ship released doses while Quality cannot be asked.</summary>
public sealed class OutageRow : IGxpRow
{
    /// <summary>Authorisation identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Continuity procedure it follows.</summary>
    public required string ProcedureReference { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Beginning (UTC).</summary>
    public required DateTimeOffset AuthorisedTime { get; init; }

    /// <summary>End (UTC).</summary>
    public required DateTimeOffset ExpireTime { get; init; }

    /// <summary>Both signatures as shown, JSON list of proto JSON.</summary>
    public required string Signatures { get; init; }

    /// <summary>Instant of reconciliation (UTC); null while it waits.</summary>
    public DateTimeOffset? ReconciledTime { get; set; }

    /// <summary>What was concluded; empty while it waits.</summary>
    public string Conclusion { get; set; } = "";

    /// <summary>Signature of the reconciliation as shown, proto JSON; null while it waits.</summary>
    public string? Reconciliation { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A dose of an authorisation.</summary>
public sealed class OutageDoseRow : IGxpRow
{
    /// <summary>Authorisation.</summary>
    public required string OutageId { get; init; }

    /// <summary>Dose.</summary>
    public required string DoseId { get; init; }

    /// <summary>Certificate in force when it was authorised.</summary>
    public required string CertificateId { get; init; }

    /// <summary>Instant it was shipped under the authorisation (UTC); null when it was not.</summary>
    public DateTimeOffset? ShipTime { get; set; }

    /// <summary>Package it was shipped in; empty when it was not.</summary>
    public string PackageId { get; set; } = "";

    /// <summary>What QA found.</summary>
    public OutageVerdict Finding { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
