using Doseline.Kernel.Rules;
using Doseline.Platform.Data;

namespace Doseline.Quality.Data;

/// <summary>A batch, as execution tells it, and the specification it is judged by.</summary>
public sealed class BatchRow : IGxpRow
{
    /// <summary>Batch identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Number as printed.</summary>
    public required string BatchNumber { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Product code.</summary>
    public required string ProductCode { get; init; }

    /// <summary>Specification that judges the whole batch: in force when it started or, if none was, the first after; empty until then.</summary>
    public required string SpecificationId { get; set; }

    /// <summary>Version of the batch record; 0 until production is complete.</summary>
    public long RecordVersion { get; set; }

    /// <summary>Lower-case hex SHA-256 of that record; empty until production is complete.</summary>
    public string RecordHash { get; set; } = "";

    /// <summary>Exceptions in the record.</summary>
    public long ExceptionCount { get; set; }

    /// <summary>End of synthesis (UTC); null until production is complete.</summary>
    public DateTimeOffset? EndOfSynthesisTime { get; set; }

    /// <summary>Instant execution said that production is complete (UTC); null until then.</summary>
    public DateTimeOffset? ReadyTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A dose and its disposition.</summary>
public sealed class DoseRow : IGxpRow
{
    /// <summary>Dose identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Order.</summary>
    public required string OrderId { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Product code.</summary>
    public required string ProductCode { get; init; }

    /// <summary>Disposition; it changes along the table alone (<see cref="Become"/>).</summary>
    public QualityStatus State { get; private set; } = StatusModel.First(StatusHolder.Dose);

    /// <summary>Measured activity, proto JSON; empty until execution told it.</summary>
    public required string Measured { get; set; }

    /// <summary>Instant at which it was measured (UTC); null until execution told it.</summary>
    public DateTimeOffset? MeasuredTime => Measured is "" ? null : Common.V1.CalibratedActivity.Parser.ParseJson(Measured).ReferenceTime?.ToDateTimeOffset();

    /// <summary>Volume in millilitres (mL); 0 until execution told it.</summary>
    public required double VolumeMl { get; set; }

    /// <summary>Instant after which it may not be given (UTC).</summary>
    public required DateTimeOffset ExpireTime { get; set; }

    /// <summary>Instant by which it must be released (UTC); null until production is complete.</summary>
    public DateTimeOffset? ReleaseByTime { get; set; }

    /// <summary>Certificate in force; empty unless released, conditionally or not.</summary>
    public string CertificateId { get; set; } = "";

    /// <summary>Record that controls the state; empty when none does.</summary>
    public string ReferenceId { get; set; } = "";

    /// <summary>Why execution lost it; empty when it did not.</summary>
    public string LostCause { get; set; } = "";

    /// <summary>Customer it went to; empty when it did not leave.</summary>
    public string CustomerId { get; set; } = "";

    /// <summary>Package it went in; empty when it did not leave.</summary>
    public string PackageId { get; set; } = "";

    /// <summary>Instant it left (UTC); null when it did not, or came back.</summary>
    public DateTimeOffset? ShipTime { get; set; }

    /// <summary>Instant it was delivered (UTC); null before.</summary>
    public DateTimeOffset? DeliverTime { get; set; }

    /// <summary>Signature of the last decision, proto JSON; null while no person decided.</summary>
    public string? Signature { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>Moves the disposition along the table.</summary>
    /// <returns>What it was.</returns>
    /// <exception cref="RefusedException">The transition does not exist.</exception>
    public QualityStatus Become(StatusCause cause)
    {
        var from = State;
        State = StatusModel.Next(StatusHolder.Dose, Id, from, cause).OrThrow();
        return from;
    }
}

/// <summary>Where a hold comes from.</summary>
public enum HoldOrigin
{
    /// <summary>QA.</summary>
    Qa,

    /// <summary>A deviation, named by the reference.</summary>
    Deviation,
}

/// <summary>A reason why nothing may happen to a dose or batch.</summary>
public sealed class HoldRow : IGxpRow
{
    /// <summary>Hold identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Dose; empty for the whole batch.</summary>
    public required string DoseId { get; init; }

    /// <summary>Where it comes from.</summary>
    public required HoldOrigin Origin { get; init; }

    /// <summary>Record that controls it.</summary>
    public required string ReferenceId { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Beginning (UTC).</summary>
    public required DateTimeOffset RaisedTime { get; init; }

    /// <summary>Printed name of who put it.</summary>
    public required string RaisedBy { get; init; }

    /// <summary>End (UTC); null while it stands.</summary>
    public DateTimeOffset? LiftedTime { get; set; }

    /// <summary>Printed name of who lifted it; empty while it stands.</summary>
    public string LiftedBy { get; set; } = "";

    /// <summary>What resolved it; empty while it stands.</summary>
    public string LiftReason { get; set; } = "";

    /// <summary>Signature of putting it or, once lifted, of lifting it, proto JSON; null when a deviation put it.</summary>
    public string? Signature { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A release certificate as issued.</summary>
public sealed class CertificateRow : IGxpRow
{
    /// <summary>Certificate identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Dose.</summary>
    public required string DoseId { get; init; }

    /// <summary>The signed certificate, proto JSON.</summary>
    public required string Document { get; init; }

    /// <summary>Instant it lost its worth by a hold (UTC); null while in force.</summary>
    public DateTimeOffset? SupersededTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
