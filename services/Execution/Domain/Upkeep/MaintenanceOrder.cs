namespace Doseline.Execution.Domain.Upkeep;

/// <summary>Kinds of work; the numbers are those of the wire.</summary>
public enum MaintenanceKind
{
    /// <summary>Planned maintenance.</summary>
    Preventive = 1,

    /// <summary>Repair.</summary>
    Corrective = 2,

    /// <summary>Calibration.</summary>
    Calibration = 3,

    /// <summary>Qualification.</summary>
    Qualification = 4,
}

/// <summary>States of an order; the numbers are those of the wire.</summary>
public enum MaintenanceState
{
    /// <summary>Planned.</summary>
    Planned = 1,

    /// <summary>Work is under way.</summary>
    AtWork = 2,

    /// <summary>Work is done; the release is another person's.</summary>
    Done = 3,

    /// <summary>Released to service.</summary>
    Released = 4,

    /// <summary>Given up before work began.</summary>
    Cancelled = 5,
}

/// <summary>Evidence of a step.</summary>
/// <param name="Step">Step of the plan, counted from 1.</param>
/// <param name="Finding">What was found or done.</param>
/// <param name="Reference">Where the evidence is.</param>
/// <param name="Passed">True when the step came out as it must.</param>
public sealed record WorkEvidence(int Step, string Finding, string Reference, bool Passed);

/// <summary>An order of work on a piece of equipment.</summary>
/// <param name="Id">Order.</param>
/// <param name="EquipmentId">Equipment.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Plan">What is to be done, step by step.</param>
/// <param name="Start">Planned begin.</param>
/// <param name="End">Planned end.</param>
/// <param name="ResponsibleId">Who answers for it.</param>
/// <param name="ResponsibleName">Printed name of that person.</param>
/// <param name="State">State.</param>
/// <param name="Evidence">What was done.</param>
/// <param name="WorkerId">Who did the work; null before.</param>
public sealed record MaintenanceOrder(
    string Id, string EquipmentId, MaintenanceKind Kind, IReadOnlyList<string> Plan, DateTimeOffset Start, DateTimeOffset End, string ResponsibleId, string ResponsibleName,
    MaintenanceState State, IReadOnlyList<WorkEvidence> Evidence, string? WorkerId)
{
    /// <summary>True while it takes the equipment, or is going to.</summary>
    public bool IsOpen => State is MaintenanceState.Planned or MaintenanceState.AtWork or MaintenanceState.Done;

    /// <summary>True when it takes the equipment at some time of the span. Work that began takes it until it is released, however long that is.</summary>
    public bool Takes(DateTimeOffset from, DateTimeOffset until) => IsOpen && Start < until && (End > from || State is not MaintenanceState.Planned);
}
