using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>What the rules of a dose look at.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="State">Where it is on its way.</param>
/// <param name="Disposition">What Quality decided.</param>
/// <param name="Dispensed">True once it holds activity.</param>
/// <param name="InTransit">True while a carrier has it.</param>
/// <param name="ReleaseBy">Latest release that makes the cut-off.</param>
/// <param name="Cutoff">Carrier cut-off.</param>
/// <param name="Delivery">Planned delivery.</param>
/// <param name="Expire">Instant after which it may not be given.</param>
/// <param name="RisksTold">Names of the risks that were told already.</param>
public sealed record Dose(
    string Id, DoseState State, QualityStatus Disposition, bool Dispensed, bool InTransit,
    DateTimeOffset ReleaseBy, DateTimeOffset Cutoff, DateTimeOffset Delivery, DateTimeOffset Expire, IReadOnlyList<string> RisksTold)
{
    /// <summary>True when nothing more can happen to it: delivered, or lost and in nobody's van.</summary>
    public bool IsSettled => State is DoseState.Delivered || State is DoseState.Lost && !InTransit;
}
