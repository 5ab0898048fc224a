using Doseline.Kernel.Time;

namespace Doseline.Orders.Domain;

/// <summary>A carrier service as Shipping published it: a read-only copy to promise with.</summary>
public sealed record CarrierService
{
    /// <summary>Carrier service identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Carrier's name.</summary>
    public required string Carrier { get; init; }

    /// <summary>Site it picks up at.</summary>
    public required string SiteId { get; init; }

    /// <summary>Customer it delivers to; empty for every customer.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Days of pick-up, as the site's calendar has them; empty means every day.</summary>
    public required IReadOnlyList<DayOfWeek> PickupDays { get; init; }

    /// <summary>Local time of the cut-off at the site.</summary>
    public required TimeOnly Cutoff { get; init; }

    /// <summary>IANA zone of the site.</summary>
    public required string Zone { get; init; }

    /// <summary>From cut-off to the customer's door.</summary>
    public required TimeSpan Transit { get; init; }

    /// <summary>True when it brings from one of the sites to the customer.</summary>
    public bool Serves(string customerId, IReadOnlyCollection<string> sites) =>
        sites.Contains(SiteId, StringComparer.Ordinal) && (CustomerId is "" || CustomerId == customerId);

    /// <summary>The last cut-off at or before an instant.</summary>
    public DateTimeOffset LastCutoff(DateTimeOffset until) => Zones.PreviousAt(until, Zone, Cutoff, PickupDays).Instant;

    /// <summary>The first cut-off at or after an instant.</summary>
    public DateTimeOffset FirstCutoff(DateTimeOffset from) => Zones.NextAt(from, Zone, Cutoff, PickupDays).Instant;
}
