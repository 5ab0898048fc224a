using Doseline.Execution.Domain;
using Doseline.Kernel.Decay;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;

namespace Doseline.Execution.Data;

/// <summary>A planned run: what was promised to be made, where and when.</summary>
sealed class RunRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string ProductCode { get; init; }
    public required string RecipeCode { get; init; }
    public required long RecipeVersion { get; init; }
    public required string HotCellId { get; init; }
    public required DateTimeOffset StartTime { get; init; }
    public required DateTimeOffset EndOfSynthesisTime { get; set; }
    public required DateTimeOffset ReleaseTime { get; set; }

    /// <summary>End of planned dispensing: until then the hot cell is taken.</summary>
    public required DateTimeOffset OccupiedUntilTime { get; init; }
    public required int DoseCapacity { get; init; }

    /// <summary>Most activity the run yields, referred to end of synthesis as planned.</summary>
    public required CalibratedActivity Yield { get; init; }
    public required RunState State { get; set; }
    public string? BatchId { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>
/// What is left in a run. Not a GxP row: its counters change with every reservation under a conditional update, and each of those
/// reservations is audited itself, so that the sum of its audited parts proves it.
/// </summary>
sealed record RunRoomRow
{
    public required string RunId { get; init; }
    public required string SiteId { get; init; }
    public required string ProductCode { get; init; }
    public required DateTimeOffset EndOfSynthesisTime { get; init; }
    public required DateTimeOffset ReleaseTime { get; init; }
    public required bool Open { get; set; }
    public required int DoseCapacity { get; init; }
    public required int DosesReserved { get; init; }
    public required string Nuclide { get; init; }
    public required string DataVersion { get; init; }
    public required double YieldBq { get; init; }
    public required double ReservedBq { get; init; }

    /// <summary>How often room was taken or given back, and the run closed.</summary>
    public long Moves { get; init; }

    /// <summary>The same room once a reservation is given back.</summary>
    public RunRoomRow Without(double reservedBq) => this with { DosesReserved = DosesReserved - 1, ReservedBq = DosesReserved == 1 ? 0 : ReservedBq - reservedBq };

    public RunRoom ToDomain() => new(RunId, EndOfSynthesisTime, ReleaseTime, DoseCapacity, DosesReserved, Nuclide, YieldBq, ReservedBq);
}

/// <summary>Room given to an order.</summary>
sealed record ReservationRow : IActorRow
{
    public required string Id { get; init; }
    public required string RunId { get; set; }
    public required string OrderId { get; init; }
    public required CalibratedActivity AtEndOfSynthesis { get; init; }
    public required CalibratedActivity Wanted { get; init; }
    public required ReservationState State { get; set; }

    /// <summary>Given back at this instant unless its order was accepted before.</summary>
    public required DateTimeOffset ProvisionalUntilTime { get; init; }

    /// <summary>When it lapses by itself; null when it does not.</summary>
    public DateTimeOffset? Deadline => State is ReservationState.Provisional ? ProvisionalUntilTime : null;
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>States of a reservation.</summary>
enum ReservationState
{
    /// <summary>Holds room until its order is accepted or its time is up.</summary>
    Provisional,

    /// <summary>Its order was accepted.</summary>
    Confirmed,

    /// <summary>Given back.</summary>
    Returned,

    /// <summary>Its order was never accepted.</summary>
    Lapsed,
}
