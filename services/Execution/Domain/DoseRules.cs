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
            if (dose.Disposition is not DoseDisposition.Released) Add(ReleasedTooLate, dose.ReleaseBy);
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
