using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>When a dose is at risk, and when it is lost: a function of its state, looked at with the clock and never with the fact of being called.</summary>
public static class DoseRules
{
    /// <summary>Deadline: the dose expires.</summary>
    public const string Expires = "expires";

    /// <summary>Deadline: the carrier cut-off is near.</summary>
    public const string CutoffAtRisk = "cutoff-at-risk";

    /// <summary>Deadline: the latest release that makes the cut-off has passed.</summary>
    public const string ReleasedTooLate = "released-too-late";

    /// <summary>Deadline: delivery is overdue.</summary>
    public const string DeliveryOverdue = "delivery-overdue";

    /// <summary>
    /// What comes to pass with a dose if nothing else happens to it. A dose that shipped is not late for its cut-off, one that is released not
    /// late for its release; a risk that was told is not told again; and one that is delivered or lost has nothing before it.
    /// </summary>
    public static IReadOnlyList<(string Name, DateTimeOffset Due)> Deadlines(Dose dose, DoseTiming timing)
    {
        if (dose.State is DoseState.Delivered or DoseState.Lost) return [];
        List<(string, DateTimeOffset)> deadlines = [(Expires, dose.Expire)];
        if (dose.State is DoseState.Shipped)
        {
            Add(DeliveryOverdue, dose.Delivery + timing.DeliveryGrace);
        }
        else
        {
            Add(CutoffAtRisk, dose.Cutoff - timing.CutoffLead);
            if (dose.Disposition is not (QualityStatus.Released or QualityStatus.ConditionallyReleased)) Add(ReleasedTooLate, dose.ReleaseBy);
        }

        return deadlines;

        void Add(string risk, DateTimeOffset due)
        {
            if (!dose.RisksTold.Contains(risk)) deadlines.Add((risk, due));
        }
    }

    /// <summary>The earliest of the deadlines; null when there is none.</summary>
    public static (string Name, DateTimeOffset Due)? Next(Dose dose, DoseTiming timing) =>
        Deadlines(dose, timing) is [_, ..] deadlines ? deadlines.MinBy(d => (d.Due, d.Name)) : null;

    /// <summary>Where a dose stands by all that orders, quality and shipping have said of it, in whatever order they were heard.</summary>
    /// <remarks>
    /// What expired or was never made stays lost. What was delivered is delivered, also where it was rejected afterwards or its order cancelled; a
    /// rejection is final, with the carrier or not; what the carrier has is not cancelled, unless it comes back.
    /// </remarks>
    /// <param name="state">State so far.</param>
    /// <param name="loss">Why it is lost; none when it is not.</param>
    /// <param name="cancelled">True once its order was cancelled.</param>
    /// <param name="disposition">What Quality decided.</param>
    /// <param name="inTransit">True while a carrier has it.</param>
    /// <param name="delivered">True once it was delivered.</param>
    public static (DoseState State, DoseLoss Loss) Standing(DoseState state, DoseLoss loss, bool cancelled, QualityStatus disposition, bool inTransit, bool delivered)
    {
        if (loss is DoseLoss.Expired or DoseLoss.NotMade) return (DoseState.Lost, loss);
        if (delivered) return (DoseState.Delivered, DoseLoss.None);
        if (disposition is QualityStatus.Rejected) return (DoseState.Lost, DoseLoss.Rejected);
        if (inTransit) return (DoseState.Shipped, DoseLoss.None);
        if (cancelled || loss is DoseLoss.Cancelled) return (DoseState.Lost, DoseLoss.Cancelled);
        return (state is DoseState.Shipped ? DoseState.Complete : state, DoseLoss.None);
    }

    /// <summary>The deadline that people know, for a risk that is told.</summary>
    public static DateTimeOffset Promised(Dose dose, string risk) => risk switch
    {
        CutoffAtRisk => dose.Cutoff,
        ReleasedTooLate => dose.ReleaseBy,
        DeliveryOverdue => dose.Delivery,
        _ => throw new ArgumentOutOfRangeException(nameof(risk), risk, "unknown risk"),
    };
}

/// <summary>How early and how late doses are told of; planning defaults that a site configures.</summary>
/// <param name="CutoffLead">How long before the cut-off an unshipped dose is at risk.</param>
/// <param name="DeliveryGrace">How long after the planned delivery a missing proof of delivery is overdue.</param>
public sealed record DoseTiming(TimeSpan CutoffLead, TimeSpan DeliveryGrace);
