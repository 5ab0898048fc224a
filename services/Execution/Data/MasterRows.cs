using Doseline.Execution.Domain;
using Doseline.Execution.Domain.Upkeep;
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

    /// <summary>Procedure that whoever uses or reads it is trained on; empty for none but the method's.</summary>
    public string Procedure { get; set; } = "";
    public string? BatchId { get; set; }
    public string? LastProduct { get; set; }
    public string? LastNuclide { get; set; }
    public string? LastBatchId { get; set; }

    /// <summary>JSON of the last <see cref="Domain.Upkeep.Cleaning"/>; null when none was recorded.</summary>
    public string? Cleaning { get; set; }

    /// <summary>Maintenance order under which it is out of use.</summary>
    public string? OrderId { get; set; }

    /// <summary>Hot cells: true from the end of a batch until a survey or a computation clears it.</summary>
    public bool Uncleared { get; set; }

    /// <summary>Hot cells: product nuclide in it, as measured or computed; null when it is clear.</summary>
    public CalibratedActivity? Residual { get; set; }
    public DateTimeOffset? ClearTime { get; set; }

    /// <summary>Hot cells: last survey since it was used.</summary>
    public string? SurveyId { get; set; }

    /// <summary>Hot cells: JSON of <see cref="Domain.Cells.Clearance"/>; null while it is not clear, and before its first batch.</summary>
    public string? Clearance { get; set; }

    /// <summary>Entries in its logbook.</summary>
    public long LogEntries { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public Equipment ToDomain() => new(Id, Code, Class, SiteId, RoomId, State, QualificationDueTime, CalibrationDueTime,
        Stored.Read<CrossCalibration>(CrossCalibrations), ClearanceLimitBq, BatchId)
    {
        Procedure = Procedure,
        LastProduct = LastProduct,
        LastNuclide = LastNuclide ?? Residual?.Nuclide.Symbol,
        Cleaning = Stored.ReadOne<Cleaning>(Cleaning),
        OrderId = OrderId,
        Residual = Residual,
        Uncleared = Uncleared,
        Clear = ClearTime,
    };
}
