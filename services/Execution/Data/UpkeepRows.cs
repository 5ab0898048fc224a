using Doseline.Execution.Domain.Upkeep;
using Doseline.Platform.Data;

namespace Doseline.Execution.Data;

/// <summary>Rules of a site for cleaning between uses.</summary>
sealed class CleaningRulesRow : IGxpRow
{
    public required string SiteId { get; init; }

    /// <summary>JSON list of <see cref="CleaningRule"/>.</summary>
    public required string Rules { get; set; }
    public double? ValidForSeconds { get; set; }
    public required string Source { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public CleaningRules ToDomain() => new(SiteId, Stored.Read<CleaningRule>(Rules), ValidForSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Source);
}

/// <summary>An order of work on a piece of equipment.</summary>
sealed class MaintenanceOrderRow : IGxpRow
{
    public required string Id { get; init; }
    public required string EquipmentId { get; init; }
    public required string EquipmentCode { get; init; }
    public required string SiteId { get; init; }
    public required MaintenanceKind Kind { get; init; }

    /// <summary>JSON list of the steps.</summary>
    public required string WorkPlan { get; init; }
    public required DateTimeOffset StartTime { get; init; }
    public required DateTimeOffset EndTime { get; init; }
    public required string ResponsibleId { get; init; }
    public required string ResponsibleName { get; init; }
    public required string Reason { get; init; }
    public required MaintenanceState State { get; set; }

    /// <summary>JSON list of <see cref="WorkEvidence"/>.</summary>
    public required string Evidence { get; set; }
    public DateTimeOffset? WorkStartedTime { get; set; }
    public DateTimeOffset? WorkDoneTime { get; set; }
    public string? WorkerId { get; set; }
    public string? WorkerName { get; set; }
    public DateTimeOffset? ClosedTime { get; set; }
    public string? ClosedByName { get; set; }

    /// <summary>Signature of the release, proto JSON; null before.</summary>
    public string? ReleaseSignature { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public MaintenanceOrder ToDomain() => new(Id, EquipmentId, Kind, Stored.Read<string>(WorkPlan), StartTime, EndTime, ResponsibleId, ResponsibleName, State,
        Stored.Read<WorkEvidence>(Evidence), WorkerId);
}

/// <summary>An entry of the logbook of a piece of equipment; never changed.</summary>
sealed class EquipmentLogRow : IGxpRow
{
    public required string Id { get; init; }
    public required string EquipmentId { get; init; }

    /// <summary>Place in the logbook, from 1, without a gap.</summary>
    public required long Position { get; init; }
    public required EquipmentEvent Event { get; init; }
    public required string Text { get; init; }
    public required string ReferenceId { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string DoneBy { get; init; }
    public required string DoneByName { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>How equipment is kept: its logbook, the rules of its cleaning, the orders for it.</summary>
static class EquipmentKeeping
{
    /// <summary>Writes an entry with the next save.</summary>
    public static void Log(this ExecutionDb db, EquipmentRow equipment, EquipmentEvent what, string text, string referenceId = "") => db.Put(new EquipmentLogRow
    {
        Id = db.Ids.New(),
        EquipmentId = equipment.Id,
        Position = ++equipment.LogEntries,
        Event = what,
        Text = text,
        ReferenceId = referenceId,
        Time = db.Now,
        DoneBy = db.Request.Caller.OnBehalfOf ?? db.Request.Caller.Subject,
        DoneByName = db.Request.Caller.Name,
    });

    /// <summary>The rules of a site for cleaning between uses.</summary>
    public static async Task<CleaningRules> CleaningRulesAsync(this ExecutionDb db, string siteId, CancellationToken cancel) =>
        (await db.LoadAsync<CleaningRulesRow>(cancel, siteId))?.ToDomain() ?? CleaningRules.None(siteId);

    /// <summary>The maintenance orders of a piece of equipment.</summary>
    public static Task<List<MaintenanceOrderRow>> OrdersOfAsync(this ExecutionDb db, string equipmentId, CancellationToken cancel) =>
        db.LoadAsync(db.All<MaintenanceOrderRow>(nameof(MaintenanceOrderRow.EquipmentId), equipmentId), cancel);
}
