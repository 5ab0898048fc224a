using Doseline.Kernel.Rules;
using Doseline.Local.Day.Files;
using Doseline.Orders.V1;

namespace Doseline.Local.Day;

/// <summary>An order of the day and what the services answered about it.</summary>
sealed class DayOrder(OrderInput input)
{
    /// <summary>The order as the files tell it.</summary>
    public OrderInput Input => input;

    /// <summary>The accepted order as first answered; null when it was refused.</summary>
    public Order? Accepted { get; set; }

    /// <summary>Why it was refused; empty when it was accepted.</summary>
    public IReadOnlyList<Refusal> Refusals { get; set; } = [];

    /// <summary>Dose made for the order; the same id everywhere, derived from the order.</summary>
    public string DoseId => Accepted is null ? "" : Kernel.Ids.Id.From("dose", Accepted.OrderId);

    /// <summary>Instant at which the dose is to be given.</summary>
    public DateTimeOffset Administration { get; set; }

    /// <summary>Instant at which it is given, where it came too late for that; null otherwise.</summary>
    public DateTimeOffset? GivenLate { get; set; }

    /// <summary>How the promise was changed: takes the answer.</summary>
    public void Take(Order order)
    {
        Accepted = order;
        Administration = order.Promise.Milestones.Single(m => m.Kind is MilestoneKind.Administration).At.Time.ToDateTimeOffset();
    }

    /// <summary>Activity measured when it was dispensed; null when it was not.</summary>
    public Common.V1.CalibratedActivity? Measured { get; set; }

    /// <summary>What the dose's label was found to say; the printed copy that counts.</summary>
    public string PrintId { get; set; } = "";

    /// <summary>What a scanner reads from its label; empty before.</summary>
    public string Scan { get; set; } = "";

    /// <summary>True when the shipper holds it back before packing.</summary>
    public bool HeldBack { get; set; }
}
