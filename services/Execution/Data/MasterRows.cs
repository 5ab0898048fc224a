using Doseline.Execution.Domain;
using Doseline.Kernel.Decay;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;

namespace Doseline.Execution.Data;

/// <summary>A version of a master recipe; once approved nothing of it changes.</summary>
sealed class RecipeRow : IGxpRow
{
    public required string Code { get; init; }
    public required long RecipeVersion { get; init; }
    public required string ProductCode { get; set; }

    /// <summary>Canonical JSON of the recipe.</summary>
    public required string Document { get; set; }

    /// <summary>Lower-case hex SHA-256 of <see cref="Document"/>.</summary>
    public required string Hash { get; set; }
    public required RecipeState State { get; set; }
    public required string AuthorId { get; set; }
    public required string AuthorName { get; set; }
    public string? ApproverId { get; set; }
    public string? ApproverName { get; set; }
    public DateTimeOffset? ApproveTime { get; set; }
    public DateTimeOffset? EffectiveTime { get; set; }

    /// <summary>Signature of the approval, proto JSON; null in a draft.</summary>
    public string? Approval { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>A piece of equipment; a hot cell also carries what the last batch left in it.</summary>
sealed record EquipmentRow : IActorRow
{
    public required string Id { get; init; }
    public required string Code { get; set; }
    public required EquipmentClass Class { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; set; }
    public required EquipmentState State { get; set; }
    public required DateTimeOffset QualificationDueTime { get; set; }
    public DateTimeOffset? CalibrationDueTime { get; set; }

    /// <summary>JSON list of <see cref="CrossCalibration"/>.</summary>
    public required string CrossCalibrations { get; set; }
    public required double ClearanceLimitBq { get; set; }
    public string? BatchId { get; set; }
    public CalibratedActivity? Residual { get; set; }
    public DateTimeOffset? ClearTime { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public Equipment ToDomain() => new(Id, Code, Class, SiteId, RoomId, State, QualificationDueTime, CalibrationDueTime,
        Stored.Read<CrossCalibration>(CrossCalibrations), ClearanceLimitBq, BatchId, Residual, ClearTime);
}
