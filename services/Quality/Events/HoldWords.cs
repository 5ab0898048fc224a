using Doseline.Execution.V1;

namespace Doseline.Quality.Events;

/// <summary>What QA reads first of a hold of Execution: a sentence for each cause. What was read or found stands in the batch record.</summary>
static class HoldWords
{
    /// <summary>The sentence of a cause; of one that this version does not know, that it looks into the record.</summary>
    public static string Of(HoldCause cause) => cause switch
    {
        HoldCause.StepValueOutOfLimit => "A value entered in a step is out of its limits.",
        HoldCause.YieldOutOfRange => "The yield of the synthesis is outside its expected range.",
        HoldCause.DoseOutOfTolerance => "The dose is outside the tolerance of its order at the instant of the order.",
        HoldCause.BalanceOutOfTolerance => "What was issued is not what was found again.",
        HoldCause.EquipmentNotQualifiedDuringStep => "The qualification of equipment ended during a step that used it.",
        HoldCause.EquipmentNotCalibratedDuringStep => "The calibration of equipment ended during a step that used it.",
        HoldCause.EquipmentOutOfService => "Equipment that the batch uses is out of service.",
        HoldCause.LotRejected => "A lot of which the batch took is rejected.",
        HoldCause.LotQuarantine => "A lot of which the batch took is in quarantine again.",
        _ => "Execution holds the batch; the batch record says why.",
    };
}
