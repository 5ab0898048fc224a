using System.Globalization;
using Doseline.Orders.Domain;

namespace Doseline.Orders.Data;

#pragma warning disable CS1591 // Columns mean what the owners' facts say of them.
/// <summary>Shipping's carrier service, a copy kept by facts: its audit is Shipping's.</summary>
public sealed class CarrierServiceRow
{
    public required string Id { get; init; }
    public required string Carrier { get; set; }
    public required string SiteId { get; set; }
    public required string CustomerId { get; set; }

    /// <summary>ISO weekdays, 1 = Monday to 7 = Sunday, with commas.</summary>
    public required string PickupWeekdays { get; set; }

    public required int CutoffMinuteOfDay { get; set; }
    public required string Zone { get; set; }
    public required long TransitTicks { get; set; }
    public required bool Active { get; set; }

    /// <summary>When the fact was published: an older one does not overwrite a newer.</summary>
    public required DateTimeOffset PublishTime { get; set; }

    /// <summary>The carrier service of the row.</summary>
    public CarrierService ToDomain() => new()
    {
        Id = Id,
        Carrier = Carrier,
        SiteId = SiteId,
        CustomerId = CustomerId,
        PickupDays = [.. PickupWeekdays.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => (DayOfWeek)(int.Parse(d, CultureInfo.InvariantCulture) % 7))],
        Cutoff = TimeOnly.MinValue.AddMinutes(CutoffMinuteOfDay),
        Zone = Zone,
        Transit = TimeSpan.FromTicks(TransitTicks),
    };
}

/// <summary>Quality's deviation by reference, a copy kept by facts: its audit is Quality's.</summary>
public sealed class DeviationRow
{
    public required string Id { get; init; }
    public required string BatchId { get; set; }

    /// <summary>Dose concerned; empty for the whole batch.</summary>
    public required string DoseId { get; set; }

    public required bool Closed { get; set; }

    /// <summary>Action it led to; empty for none.</summary>
    public string CapaReference { get; set; } = "";
}
