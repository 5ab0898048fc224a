using Doseline.Kernel.Money;
using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>When a dose may be billed, and how tax is rounded.</summary>
public static class InvoiceRules
{
    /// <summary>Name of the one rounding in money: to the even neighbour at one half.</summary>
    public const string RoundingMode = "HALF_EVEN";

    const decimal BasisPoints = 10_000m;

    /// <summary>Every reason why the order cannot be billed; empty when it can.</summary>
    public static List<Refusal> Check(string orderId, OrderProgress progress)
    {
        List<Refusal> refusals = [];
        var subject = $"orders/{orderId}";
        if (progress.InvoiceId.Length > 0)
            refusals.Add(Refusal.State(subject, "ALREADY_INVOICED", "The order is billed.").With("invoice_id", progress.InvoiceId));
        if (progress.CancelTime is not null)
            refusals.Add(Refusal.State(subject, "ORDER_CANCELLED", "The order is cancelled.").With("cancel_time", progress.CancelTime));
        if (progress.ReleaseTime is null) refusals.Add(Refusal.State(subject, "DOSE_NOT_RELEASED", "The dose is not released."));
        if (progress.ShipTime is null) refusals.Add(Refusal.State(subject, "DOSE_NOT_SHIPPED", "The dose was not shipped."));
        if (progress.DeliveryTime is null) refusals.Add(Refusal.State(subject, "DOSE_NOT_DELIVERED", "The dose was not delivered."));
        return refusals;
    }

    /// <summary>Tax on a net amount, in minor units, rounded once.</summary>
    /// <param name="netMinorUnits">Net amount in minor units.</param>
    /// <param name="basisPoints">Tax in 1/10000 of the net amount.</param>
    public static long TaxOf(long netMinorUnits, int basisPoints) =>
        Currency.PartOf(netMinorUnits, basisPoints / BasisPoints);
}
