using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Instruments;

/// <summary>
/// What Execution told of a piece of equipment, a row each time, so that a reading is judged by what held when it was read. A copy of its facts: its audit
/// is Execution's.
/// </summary>
public sealed class InstrumentRow
{
    /// <summary>Equipment.</summary>
    public required string EquipmentId { get; init; }

    /// <summary>Place of the fact in Execution's log: later ones hold from then on.</summary>
    public required long Position { get; init; }

    /// <summary>Since when it holds (UTC).</summary>
    public required DateTimeOffset SinceTime { get; set; }

    /// <summary>Code on its plate.</summary>
    public required string Code { get; set; }

    /// <summary>What it is.</summary>
    public required InstrumentKind Kind { get; set; }

    /// <summary>Site.</summary>
    public required string SiteId { get; set; }

    /// <summary>False while it is maintained or not to be used.</summary>
    public required bool InService { get; set; }

    /// <summary>Instant from which it is no longer qualified (UTC).</summary>
    public required DateTimeOffset QualificationDueTime { get; set; }

    /// <summary>Instant from which it is no longer calibrated (UTC); null when nobody calibrates it.</summary>
    public DateTimeOffset? CalibrationDueTime { get; set; }

    /// <summary>Procedure that whoever reads it is trained on; empty for none.</summary>
    public string Procedure { get; set; } = "";

    /// <summary>As the rules see it.</summary>
    public InstrumentState ToState() => new(EquipmentId, Code, Kind, SiteId, InService, QualificationDueTime, CalibrationDueTime) { Procedure = Procedure };

    /// <summary>Maps the table <c>instruments</c> of a service that judges readings.</summary>
    public static void Map(ModelBuilder model) => model.Entity<InstrumentRow>().ToTable("instruments").HasKey(r => new { r.EquipmentId, r.Position });
}

/// <summary>Asks what is known of an instrument.</summary>
public static class InstrumentBook
{
    /// <summary>The instrument as it was at an instant; null when nothing was known of it then.</summary>
    /// <param name="db">Database of a service with the table.</param>
    /// <param name="equipmentId">Equipment.</param>
    /// <param name="time">Instant.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<InstrumentState?> InstrumentAsync(this ServiceDb db, string equipmentId, DateTimeOffset time, CancellationToken cancel)
    {
        if (equipmentId is "") return null;
        var told = db.List<InstrumentRow>().Is(nameof(InstrumentRow.EquipmentId), equipmentId).UpTo(nameof(InstrumentRow.SinceTime), time).ByLast(nameof(InstrumentRow.Position));
        return (await told.ReadAsync(1, cancel)).FirstOrDefault()?.ToState();
    }
}
