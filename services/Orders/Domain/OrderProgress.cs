using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>States of an order; see the proto of the same name.</summary>
public enum OrderState
{
    /// <summary>Accepted and reserved.</summary>
    Accepted = 1,

    /// <summary>Its batch is being made.</summary>
    InProduction = 2,

    /// <summary>Its dose was dispensed.</summary>
    Dispensed = 3,

    /// <summary>Its dose was released.</summary>
    Released = 4,

    /// <summary>Its dose was handed to the carrier.</summary>
    Shipped = 5,

    /// <summary>Its dose was delivered.</summary>
    Delivered = 6,

    /// <summary>Billed.</summary>
    Invoiced = 7,

    /// <summary>Cancelled before production.</summary>
    Cancelled = 8,

    /// <summary>Its dose will not reach the patient.</summary>
    Lost = 9,

    /// <summary>Its dose was released while tests that its specification names are pending.</summary>
    ConditionallyReleased = 10,
}

/// <summary>
/// What is known to have happened to an order. Facts of different services come in any order, so the state is read from all of
/// them together and never from the one that came last.
/// </summary>
public sealed record OrderProgress
{
    const string DeliveryOverdue = "DELIVERY_OVERDUE";

    /// <summary>When it was cancelled; null when it was not.</summary>
    public DateTimeOffset? CancelTime { get; init; }

    /// <summary>True once its batch was started.</summary>
    public bool Started { get; init; }

    /// <summary>True once its dose was dispensed.</summary>
    public bool Dispensed { get; init; }

    /// <summary>When it was released; null unless the disposition is "released" or "conditionally released" now.</summary>
    public DateTimeOffset? ReleaseTime { get; init; }

    /// <summary>True while the release is conditional.</summary>
    public bool Conditional { get; init; }

    /// <summary>When it was handed over; null unless it is on its way or delivered.</summary>
    public DateTimeOffset? ShipTime { get; init; }

    /// <summary>When it was delivered; null before.</summary>
    public DateTimeOffset? DeliveryTime { get; init; }

    /// <summary>Why it was lost; empty unless it was.</summary>
    public string LossCause { get; init; } = "";

    /// <summary>Invoice; empty before.</summary>
    public string InvoiceId { get; init; } = "";

    /// <summary>Latest instant of a cancellation.</summary>
    public required DateTimeOffset CancellationDeadline { get; init; }

    /// <summary>Whether a risk that was told still is one: what the carrier has cannot miss its cut-off, and what was delivered nothing.</summary>
    public bool IsAtRisk(string risk) => risk.Length > 0 && DeliveryTime is null && (ShipTime is null || risk is DeliveryOverdue);

    /// <summary>The state all of it amounts to.</summary>
    public OrderState State => this switch
    {
        { InvoiceId.Length: > 0 } => OrderState.Invoiced,
        { DeliveryTime: not null } => OrderState.Delivered,
        { CancelTime: not null } => OrderState.Cancelled,
        { LossCause.Length: > 0 } => OrderState.Lost,
        { ShipTime: not null } => OrderState.Shipped,
        { ReleaseTime: not null } => Conditional ? OrderState.ConditionallyReleased : OrderState.Released,
        { Dispensed: true } => OrderState.Dispensed,
        { Started: true } => OrderState.InProduction,
        _ => OrderState.Accepted,
    };
}

/// <summary>What may still be done with an order.</summary>
public static class OrderRules
{
    /// <summary>Every reason why it cannot be cancelled; empty when it can.</summary>
    public static List<Refusal> Cancel(string orderId, OrderProgress progress, DateTimeOffset now) =>
        Change(orderId, progress, now, "TOO_LATE_TO_CANCEL", "cancelled");

    /// <summary>Every reason why its appointment cannot be moved; empty when it can.</summary>
    public static List<Refusal> Reschedule(string orderId, OrderProgress progress, DateTimeOffset now) =>
        Change(orderId, progress, now, "TOO_LATE_TO_RESCHEDULE", "moved");

    static List<Refusal> Change(string orderId, OrderProgress progress, DateTimeOffset now, string tooLate, string verb)
    {
        var subject = $"orders/{orderId}";
        return progress.State switch
        {
            OrderState.Cancelled => [Refusal.State(subject, "ORDER_CANCELLED", "The order is cancelled.").With("cancel_time", progress.CancelTime)],
            OrderState.Lost => [Refusal.State(subject, "ORDER_LOST", "The dose of the order is lost.").With("loss_cause", progress.LossCause)],
            OrderState.Accepted when now <= progress.CancellationDeadline => [],
            var state => [Refusal.State(subject, tooLate, $"The order can no longer be {verb}.")
                .With("state", Codes.Of(state)).With("cancellation_deadline_time", progress.CancellationDeadline).With("now_time", now)],
        };
    }
}
