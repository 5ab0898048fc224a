using Doseline.Common.V1;

namespace Doseline.Execution.Data;

/// <summary>Quality's deviation by reference, a copy kept by facts: its audit is Quality's.</summary>
sealed class DeviationRow
{
    public required string Id { get; init; }
    public required string BatchId { get; set; }

    /// <summary>Dose concerned; empty for the whole batch.</summary>
    public required string DoseId { get; set; }
    public required bool Closed { get; set; }

    /// <summary>Action it led to; empty for none.</summary>
    public required string CapaReference { get; set; }

    public DeviationReference ToWire() => new() { DeviationId = Id, DoseId = DoseId, Closed = Closed, CapaReference = CapaReference };
}
