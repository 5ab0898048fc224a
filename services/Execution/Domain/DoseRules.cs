namespace Doseline.Execution.Domain;

/// <summary>When a dose is at risk, and when it is lost; looked at with its state and the clock, never with the fact of being called.</summary>
public static class DoseRules
{
    /// <summary>Reminder: the dose expires.</summary>
    public const string Expires = "expires";

    /// <summary>Reminder: the carrier cut-off is near.</summary>
    public const string CutoffAtRisk = "cutoff-at-risk";

    /// <summary>Reminder: the latest release that makes the cut-off has passed.</summary>
    public const string ReleasedTooLate = "released-too-late";

    /// <summary>Reminder: delivery is overdue.</summary>
    public const string DeliveryOverdue = "delivery-overdue";

    /// <summary>The deadlines of a dose with their instants.</summary>
    public static IReadOnlyList<(string Name, DateTimeOffset Due)> Deadlines(Dose dose, DoseTiming timing) =>
    [
        (Expires, dose.Expire), (CutoffAtRisk, dose.Cutoff - timing.CutoffLead), (ReleasedTooLate, dose.ReleaseBy), (DeliveryOverdue, dose.Delivery + timing.DeliveryGrace),
    ];

    /// <summary>True when the dose is past its expiry and nobody has it: then it is lost.</summary>
    public static bool IsExpired(Dose dose, DateTimeOffset now) => dose.State is not (DoseState.Delivered or DoseState.Lost) && now >= dose.Expire;

    /// <summary>The deadline that is broken or near, for a reminder that came; null when all is well or the reminder is early.</summary>
    /// <returns>The deadline itself, for people.</returns>
    public static DateTimeOffset? Risk(Dose dose, string reminder, DateTimeOffset now, DoseTiming timing)
    {
        if (dose.State is DoseState.Delivered or DoseState.Lost) return null;
        return reminder switch
        {
            CutoffAtRisk when now >= dose.Cutoff - timing.CutoffLead && dose.State is not DoseState.Shipped => dose.Cutoff,
            ReleasedTooLate when now >= dose.ReleaseBy && dose.State is not DoseState.Shipped && dose.Disposition is not DoseDisposition.Released => dose.ReleaseBy,
            DeliveryOverdue when now >= dose.Delivery + timing.DeliveryGrace && dose.State is DoseState.Shipped => dose.Delivery,
            _ => null,
        };
    }
}

/// <summary>How early and how late doses are told of; planning defaults that a site configures.</summary>
/// <param name="CutoffLead">How long before the cut-off an unshipped dose is at risk.</param>
/// <param name="DeliveryGrace">How long after the planned delivery a missing proof of delivery is overdue.</param>
public sealed record DoseTiming(TimeSpan CutoffLead, TimeSpan DeliveryGrace);
