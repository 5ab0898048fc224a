using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;

namespace Doseline.Shipping.Domain;

/// <summary>How a carrier moves packages.</summary>
public enum CarriageMode
{
    /// <summary>By road.</summary>
    Road,

    /// <summary>By cargo aircraft.</summary>
    CargoAircraft,

    /// <summary>By passenger aircraft.</summary>
    PassengerAircraft,
}

/// <summary>A carrier service as offered.</summary>
public sealed record CarrierOffer
{
    const int DaysInWeek = 7;

    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Carrier's name.</summary>
    public required string Carrier { get; init; }

    /// <summary>Customer it delivers to; empty for all.</summary>
    public required string CustomerId { get; init; }

    /// <summary>ISO weekdays of pick-up, 1 = Monday.</summary>
    public required IReadOnlyList<int> PickupWeekdays { get; init; }

    /// <summary>Cut-off, minutes after local midnight.</summary>
    public required int CutoffMinuteOfDay { get; init; }

    /// <summary>IANA zone in which the cut-off is read.</summary>
    public required string Zone { get; init; }

    /// <summary>From cut-off to the door.</summary>
    public required TimeSpan Transit { get; init; }

    /// <summary>How it moves packages.</summary>
    public required CarriageMode Mode { get; init; }

    /// <summary>True when offered under exclusive use.</summary>
    public required bool ExclusiveUse { get; init; }

    /// <summary>True when offered.</summary>
    public required bool Active { get; init; }

    /// <summary>The first cut-off at or after an instant, read on the wall clock of the site.</summary>
    public DateTimeOffset NextCutoff(DateTimeOffset from)
    {
        var today = from.ToOffset(Zones.OffsetAt(from, Zone)).Date;
        for (var day = 0; day <= DaysInWeek; day++)
        {
            var date = today.AddDays(day);
            if (!PickupWeekdays.Contains(date.DayOfWeek == DayOfWeek.Sunday ? DaysInWeek : (int)date.DayOfWeek)) continue;
            var cutoff = InstantOf(date.AddMinutes(CutoffMinuteOfDay));
            if (cutoff >= from) return cutoff;
        }

        // Only the day a week ahead can be left: every service has a pick-up day.
        return InstantOf(today.AddDays(DaysInWeek).AddMinutes(CutoffMinuteOfDay));
    }

    // A cut-off inside a gap of the wall clock, or in an hour that comes twice, is taken by the offset before the change: the earlier instant.
    DateTimeOffset InstantOf(DateTime local)
    {
        var resolved = Zones.Resolve(local, Zone, null, "cutoff");
        if (resolved.Accepted) return resolved.Value.Instant;
        var dayBefore = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.Zero).AddDays(-1);
        return new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), Zones.OffsetAt(dayBefore, Zone)).ToUniversalTime();
    }
}

/// <summary>How a package travels: chosen service, cut-off and delivery.</summary>
/// <param name="Offer">Service.</param>
/// <param name="Cutoff">It must be handed over by then.</param>
/// <param name="Delivery">Planned delivery.</param>
public sealed record CarriagePlan(CarrierOffer Offer, DateTimeOffset Cutoff, DateTimeOffset Delivery);

/// <summary>Chooses how a package travels.</summary>
public static class CarriageRules
{
    /// <summary>The service all orders were promised with; null when they differ.</summary>
    public static string? Promised(IReadOnlyCollection<OrderPromise> orders) =>
        orders.Select(order => order.CarrierServiceId).Distinct(StringComparer.Ordinal).ToList() is [var only] ? only : null;

    /// <summary>Plans with the promised service by the promise, with any other by its own timetable within the appointment window.</summary>
    public static Decision<CarriagePlan> Plan(CarrierOffer offer, IReadOnlyCollection<OrderPromise> orders, string customerId, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        if (!offer.Active)
            refusals.Add(Refusal.State($"carrierServices/{offer.Id}", "CARRIER_SERVICE_NOT_ACTIVE", $"{offer.Carrier} is not offered any more."));
        if (offer.CustomerId is not "" && offer.CustomerId != customerId)
            refusals.Add(Refusal.State($"carrierServices/{offer.Id}", "CARRIER_SERVICE_OTHER_CUSTOMER", $"{offer.Carrier} does not deliver to this customer.").With("customer_id", customerId));
        var promised = Promised(orders) == offer.Id;
        var cutoff = promised ? orders.Min(order => order.Cutoff) : offer.NextCutoff(now);
        var delivery = promised ? orders.Min(order => order.Delivery) : cutoff + offer.Transit;
        if (now > cutoff)
        {
            refusals.Add(Refusal.State($"carrierServices/{offer.Id}", "CUTOFF_PASSED", "The carrier's cut-off has passed.")
                .With("cutoff_time", cutoff).With("now_time", now).With("next_cutoff_time", offer.NextCutoff(now)));
        }

        if (orders.MinBy(order => order.WindowEnd) is { } first && delivery > first.WindowEnd)
        {
            refusals.Add(Refusal.State($"orders/{first.OrderId}", "DELIVERY_TOO_LATE", "Delivery would be after the appointment window.")
                .With("delivery_time", delivery).With("window_end_time", first.WindowEnd));
        }

        return refusals is [] ? new CarriagePlan(offer, cutoff, delivery) : refusals;
    }
}
