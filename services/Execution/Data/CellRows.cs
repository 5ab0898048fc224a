using Doseline.Execution.Domain.Cells;
using Doseline.Kernel.Decay;
using Doseline.Platform.Data;

namespace Doseline.Execution.Data;

/// <summary>Something that a batch left in a hot cell; its id is that of the waste item.</summary>
sealed class CellItemRow : IGxpRow
{
    public required string Id { get; init; }
    public required string CellId { get; init; }

    /// <summary>The cell while it lies in it; null once it left, or was shown not to be there.</summary>
    public required string? LiesIn { get; set; }
    public required string BatchId { get; init; }
    public required CellItemKind Kind { get; init; }

    /// <summary>JSON list of activities.</summary>
    public required string Contents { get; set; }
    public required string Note { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string DoneBy { get; init; }
    public required string DoneByName { get; init; }
    public DateTimeOffset? OutTime { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public CellItem ToDomain() => new(Id, Kind, Stored.ReadActivities(Contents));
}

/// <summary>A contamination survey of a hot cell; never changed.</summary>
sealed class CellSurveyRow : IGxpRow
{
    public required string Id { get; init; }
    public required string CellId { get; init; }
    public required string InstrumentId { get; init; }
    public required string InstrumentCode { get; init; }

    /// <summary>JSON of <see cref="CellSurvey"/>.</summary>
    public required string Survey { get; init; }
    public required CalibratedActivity Measured { get; init; }
    public required double LimitBq { get; init; }
    public required bool Passed { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string DoneBy { get; init; }
    public required string DoneByName { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}
