using Doseline.Platform.Data;
using Doseline.Quality.Domain;

namespace Doseline.Quality.Data;

/// <summary>A specification.</summary>
public sealed class SpecificationRow : IGxpRow
{
    /// <summary>Specification identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Product code.</summary>
    public required string ProductCode { get; init; }

    /// <summary>Version, from 1.</summary>
    public required long SpecVersion { get; init; }

    /// <summary>Product name as printed.</summary>
    public required string ProductName { get; set; }

    /// <summary>Dosage form as printed.</summary>
    public required string DosageForm { get; set; }

    /// <summary>Instant from which it is in force once approved (UTC).</summary>
    public required DateTimeOffset EffectiveTime { get; set; }

    /// <summary>Tests, JSON of <see cref="SpecTest"/>.</summary>
    public required string Tests { get; set; }

    /// <summary>True once approved.</summary>
    public bool Approved { get; set; }

    /// <summary>Who wrote it last: immutable id.</summary>
    public required string AuthorId { get; set; }

    /// <summary>Who wrote it last: printed name.</summary>
    public required string AuthorName { get; set; }

    /// <summary>Signature of the approval, proto JSON; null in a draft.</summary>
    public string? Approval { get; set; }

    /// <summary>Instant of the approval (UTC); null in a draft.</summary>
    public DateTimeOffset? ApprovedTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A deviation's origin.</summary>
public enum DeviationOrigin
{
    /// <summary>A result out of specification.</summary>
    Result,

    /// <summary>A hold that execution raised.</summary>
    Execution,

    /// <summary>A person.</summary>
    Person,

    /// <summary>The batch record changed after release.</summary>
    Record,

    /// <summary>A deadline that passed.</summary>
    Clock,

    /// <summary>What happened on the way.</summary>
    Shipping,
}

/// <summary>How a deviation ended.</summary>
public enum Conclusion
{
    /// <summary>It is open.</summary>
    Open,

    /// <summary>The batch may go on.</summary>
    MayContinue,

    /// <summary>To be rejected.</summary>
    Reject,
}

/// <summary>A deviation.</summary>
public sealed class DeviationRow : IGxpRow
{
    /// <summary>Deviation identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Dose; empty for the whole batch.</summary>
    public required string DoseId { get; init; }

    /// <summary>Where it comes from.</summary>
    public required DeviationOrigin Origin { get; init; }

    /// <summary>Result, exception or record it comes from; may be empty.</summary>
    public required string SourceId { get; init; }

    /// <summary>Stable code of the cause.</summary>
    public required string Code { get; init; }

    /// <summary>What happened.</summary>
    public required string Summary { get; init; }

    /// <summary>Printed name of who opened it.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Instant it was opened (UTC).</summary>
    public required DateTimeOffset OpenedTime { get; init; }

    /// <summary>How it ended.</summary>
    public Conclusion Conclusion { get; set; }

    /// <summary>Root cause; empty while open.</summary>
    public string RootCause { get; set; } = "";

    /// <summary>Number of the corrective and preventive action; empty for none.</summary>
    public string CapaReference { get; set; } = "";

    /// <summary>Signature of the closing, proto JSON; null while open.</summary>
    public string? Closure { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A sample taken from a batch.</summary>
public sealed class SampleRow : IGxpRow
{
    /// <summary>Sample identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Room.</summary>
    public required string RoomId { get; init; }

    /// <summary>Activity, proto JSON.</summary>
    public required string Activity { get; init; }

    /// <summary>Instant it was taken (UTC); null when it was taken before that was kept.</summary>
    public DateTimeOffset? TakenTime { get; init; }

    /// <summary>Instant it was discarded (UTC); null while it exists.</summary>
    public DateTimeOffset? DiscardedTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A result; never changed.</summary>
public sealed class ResultRow : IGxpRow
{
    /// <summary>Result identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Dose; empty for the batch.</summary>
    public required string DoseId { get; init; }

    /// <summary>Sample; empty when measured on the dose.</summary>
    public required string SampleId { get; init; }

    /// <summary>Test.</summary>
    public required string TestCode { get; init; }

    /// <summary>Attempt, from 1.</summary>
    public required long Attempt { get; init; }

    /// <summary>Specification it was judged by.</summary>
    public required string SpecificationId { get; init; }

    /// <summary>Version of that specification.</summary>
    public required long SpecVersion { get; init; }

    /// <summary>Method used.</summary>
    public required string Method { get; init; }

    /// <summary>Instrument used: equipment; what the analyst wrote in results from before instruments were equipment.</summary>
    public required string InstrumentId { get; init; }

    /// <summary>Code on the instrument's plate when it was used; empty in results from before instruments were equipment.</summary>
    public string InstrumentCode { get; init; } = "";

    /// <summary>Value exactly as sent.</summary>
    public required string RawValue { get; init; }

    /// <summary>Value as a number in <see cref="Unit"/>; null for a text.</summary>
    public required double? Number { get; init; }

    /// <summary>Unit; empty for a text.</summary>
    public required string Unit { get; init; }

    /// <summary>Limits as applied.</summary>
    public required string LimitText { get; init; }

    /// <summary>Verdict.</summary>
    public required Finding Finding { get; init; }

    /// <summary>Analyst: immutable id.</summary>
    public required string AnalystId { get; init; }

    /// <summary>Analyst: printed name.</summary>
    public required string AnalystName { get; init; }

    /// <summary>Instant of the measurement (UTC).</summary>
    public required DateTimeOffset MeasuredTime { get; init; }

    /// <summary>Instant of recording (UTC).</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>Why repeated; empty for the first attempt.</summary>
    public required string RepeatReason { get; init; }

    /// <summary>Deviation it opened; empty when it passed.</summary>
    public required string DeviationId { get; init; }

    /// <summary>Investigation it opened or is a retest of; empty for every other.</summary>
    public string InvestigationId { get; init; } = "";

    /// <summary>Why it counts as a late entry; empty for every other.</summary>
    public string LateReason { get; init; } = "";

    /// <summary>Second person of a late entry: immutable id.</summary>
    public string LateWitnessId { get; init; } = "";

    /// <summary>Second person of a late entry: printed name.</summary>
    public string LateWitnessName { get; init; } = "";

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A version of a certificate of analysis.</summary>
public sealed class AnalysisRow : IGxpRow
{
    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Dose.</summary>
    public required string DoseId { get; init; }

    /// <summary>Version, from 1.</summary>
    public required long AnalysisVersion { get; init; }

    /// <summary>The signed document, proto JSON.</summary>
    public required string Document { get; init; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
