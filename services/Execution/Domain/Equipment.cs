using Doseline.Execution.Domain.Upkeep;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>A piece of equipment.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Code">Code on its plate.</param>
/// <param name="Class">Class.</param>
/// <param name="SiteId">Site.</param>
/// <param name="RoomId">Room.</param>
/// <param name="State">State.</param>
/// <param name="QualificationDue">Instant from which it is no longer qualified.</param>
/// <param name="CalibrationDue">Instant from which it is no longer calibrated; null when it is not calibrated.</param>
/// <param name="Factors">Cross-calibration factors of a dose calibrator.</param>
/// <param name="ClearanceLimitBq">Hot cells: residual activity at or below which it is clear, in becquerels (Bq).</param>
/// <param name="BatchId">Batch that uses it; null when free.</param>
public sealed record Equipment(
    string Id, string Code, EquipmentClass Class, string SiteId, string RoomId, EquipmentState State, DateTimeOffset QualificationDue,
    DateTimeOffset? CalibrationDue, IReadOnlyList<CrossCalibration> Factors, double ClearanceLimitBq, string? BatchId)
{
    /// <summary>Procedure that whoever uses or reads it is trained on; empty for none but the method's.</summary>
    public string Procedure { get; init; } = "";

    /// <summary>Product it was last used for; null when it was not.</summary>
    public string? LastProduct { get; init; }

    /// <summary>Nuclide it was last used for; null when it was not.</summary>
    public string? LastNuclide { get; init; }

    /// <summary>Last cleaning; null when none was recorded.</summary>
    public Cleaning? Cleaning { get; init; }

    /// <summary>Maintenance order under which it is out of use; null for none.</summary>
    public string? OrderId { get; init; }

    /// <summary>Hot cells: product nuclide in it, as measured or computed; null when it is clear.</summary>
    public CalibratedActivity? Residual { get; init; }

    /// <summary>Hot cells: true from the end of a batch until a survey or a computation clears it.</summary>
    public bool Uncleared { get; init; }

    /// <summary>Hot cells: instant at which it is clear by decay; null when it is clear, and when only a survey can clear it.</summary>
    public DateTimeOffset? Clear { get; init; }

    /// <summary>True when a hot cell is clear at an instant; other things always are.</summary>
    public bool IsClear(DateTimeOffset instant) => Clear is { } clear ? clear <= instant : !Uncleared;

    /// <summary>As whoever measures with it sees it.</summary>
    public InstrumentState ToInstrument() => new(Id, Code, Class switch
    {
        EquipmentClass.Instrument => InstrumentKind.Instrument,
        EquipmentClass.DoseCalibrator => InstrumentKind.DoseCalibrator,
        EquipmentClass.Balance => InstrumentKind.Balance,
        _ => InstrumentKind.None,
    }, SiteId, State is not (EquipmentState.Maintenance or EquipmentState.OutOfService), QualificationDue, CalibrationDue);

    /// <summary>True for instruments that many batches use in turn; the others belong to one batch from start to end.</summary>
    public bool IsShared => Class is EquipmentClass.DoseCalibrator or EquipmentClass.Balance or EquipmentClass.Instrument;
}

/// <summary>Factor by which a raw reading of a nuclide in a geometry is multiplied.</summary>
/// <param name="Nuclide">Nuclide symbol.</param>
/// <param name="Geometry">Geometry, for example <c>10 mL vial</c>.</param>
/// <param name="Setting">Setting of the instrument.</param>
/// <param name="Factor">As-used value = reading × factor.</param>
public sealed record CrossCalibration(string Nuclide, string Geometry, string Setting, double Factor);

/// <summary>Classes of equipment; the numbers are those of the wire.</summary>
public enum EquipmentClass
{
    /// <summary>Not given.</summary>
    Unspecified = 0,

    /// <summary>Hot cell or isolator.</summary>
    HotCell = 1,

    /// <summary>Synthesis module.</summary>
    Synthesiser = 2,

    /// <summary>Dose calibrator.</summary>
    DoseCalibrator = 3,

    /// <summary>Balance.</summary>
    Balance = 4,

    /// <summary>Dispenser.</summary>
    Dispenser = 5,

    /// <summary>Any other instrument.</summary>
    Instrument = 6,
}

/// <summary>States of equipment; the numbers are those of the wire.</summary>
public enum EquipmentState
{
    /// <summary>Clean and free.</summary>
    Clean = 1,

    /// <summary>Used and not yet cleaned.</summary>
    Dirty = 2,

    /// <summary>In use by a batch.</summary>
    InUse = 3,

    /// <summary>Being maintained.</summary>
    Maintenance = 4,

    /// <summary>Not to be used.</summary>
    OutOfService = 5,
}
