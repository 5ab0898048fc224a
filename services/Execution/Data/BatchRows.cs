using Doseline.Execution.Domain;
using Doseline.Kernel.Decay;
using Doseline.Platform.Data;

namespace Doseline.Execution.Data;

/// <summary>A batch. Its record version grows with every entry of the record, so that of two people writing at once only one wins.</summary>
sealed class BatchRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Number { get; init; }
    public required string RunId { get; init; }
    public required string SiteId { get; init; }
    public required string HotCellId { get; init; }
    public required string RoomId { get; init; }
    public required string ProductCode { get; init; }
    public required string ProductName { get; init; }
    public required string RecipeCode { get; init; }
    public required long RecipeVersion { get; init; }

    /// <summary>The control recipe: the master recipe as it stood at the start, canonical JSON, never changed.</summary>
    public required string Recipe { get; init; }
    public required string RecipeHash { get; init; }
    public required string Nuclide { get; init; }
    public required BatchState State { get; set; }
    public required bool OnHold { get; set; }
    public required DateTimeOffset StartedTime { get; init; }
    public required string StartedBy { get; init; }
    public DateTimeOffset? EndOfSynthesisTime { get; set; }
    public CalibratedActivity? Bulk { get; set; }
    public double BulkVolumeMl { get; set; }

    /// <summary>How the bulk was measured, JSON of <see cref="InstrumentReading"/>; null before, and in batches of before readings named their instrument.</summary>
    public string? BulkReading { get; set; }
    public DateTimeOffset? FinishedTime { get; set; }
    public DateTimeOffset? ClosedTime { get; set; }
    public DateTimeOffset? ReopenedTime { get; set; }
    public string ReopenReason { get; set; } = "";

    /// <summary>Doses delivered or lost; changes with each, so that two that settle at once meet at the version.</summary>
    public int DosesSettled { get; set; }
    public required long RecordVersion { get; set; }

    /// <summary>Hash of the last frozen record; empty before the first.</summary>
    public required string RecordHash { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>A step of a batch.</summary>
sealed class StepRow : IGxpRow
{
    public required string BatchId { get; init; }
    public required string StepId { get; init; }

    /// <summary>Place in the order of execution, from 0.</summary>
    public required int Position { get; init; }
    public required StepState State { get; set; }
    public DateTimeOffset? StartedTime { get; set; }
    public string? StartedBy { get; set; }
    public string? StartedByName { get; set; }
    public string EquipmentIds { get; set; } = "[]";
    public DateTimeOffset? CompletedTime { get; set; }
    public string? CompletedBy { get; set; }
    public string? CompletedByName { get; set; }
    public DateTimeOffset? VerifiedTime { get; set; }
    public string? VerifiedBy { get; set; }
    public string? VerifiedByName { get; set; }

    /// <summary>JSON list of <see cref="InputValue"/>.</summary>
    public string Inputs { get; set; } = "[]";
    public string Comment { get; set; } = "";

    /// <summary>Signature of the performer, proto JSON; null when none was asked for.</summary>
    public string? PerformedSignature { get; set; }

    /// <summary>Signature of the verifier, proto JSON; null when none was asked for.</summary>
    public string? VerifiedSignature { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>Material that entered or left a batch; never changed.</summary>
sealed class MovementRow : IGxpRow
{
    public required string Id { get; init; }
    public required string BatchId { get; init; }
    public required MovementKind Kind { get; init; }
    public required string StepId { get; init; }

    /// <summary>Lot, dose, sample or waste item.</summary>
    public required string ReferenceId { get; init; }
    public string MaterialCode { get; init; } = "";
    public CalibratedActivity? Activity { get; init; }

    /// <summary>JSON list of activities of other nuclides.</summary>
    public string Impurities { get; init; } = "[]";
    public decimal Quantity { get; init; }
    public string Unit { get; init; } = "";
    public double VolumeMl { get; init; }
    public string Note { get; init; } = "";

    /// <summary>How it was measured, JSON of <see cref="InstrumentReading"/>; null for what is not a sample.</summary>
    public string? Reading { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string DoneBy { get; init; }
    public required string DoneByName { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public Movement ToDomain() => new(Kind, ReferenceId, Activity, Stored.ReadActivities(Impurities), VolumeMl);
}

/// <summary>Something in a batch that a person must judge before it goes on; resolved, never deleted.</summary>
sealed class ExceptionRow : IGxpRow
{
    public required string Id { get; init; }
    public required string BatchId { get; init; }
    public string DoseId { get; init; } = "";
    public string StepId { get; init; } = "";
    public required string Code { get; init; }
    public required string Summary { get; init; }

    /// <summary>JSON object of the numbers behind the summary.</summary>
    public required string Numbers { get; init; }
    public required ExceptionState State { get; set; }
    public string? DeviationId { get; set; }
    public required DateTimeOffset RaisedTime { get; init; }
    public required string RaisedBy { get; init; }
    public required string RaisedByName { get; init; }
    public string? Resolution { get; set; }
    public DateTimeOffset? ResolvedTime { get; set; }
    public string? ResolvedBy { get; set; }
    public string? ResolvedByName { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>The record of a batch as it stood at one version, in canonical JSON; never changed.</summary>
sealed class FrozenRecordRow : IGxpRow
{
    public required string BatchId { get; init; }
    public required long RecordVersion { get; init; }
    public required string Hash { get; init; }
    public required string Document { get; init; }
    public required DateTimeOffset Time { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}
