using Doseline.Platform.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;

namespace Doseline.Shipping.Data;

/// <summary>A carrier service as stored.</summary>
sealed class CarrierServiceRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Carrier { get; set; }
    public required string SiteId { get; init; }
    public required string CustomerId { get; set; }
    public required string PickupWeekdays { get; set; }
    public required int CutoffMinuteOfDay { get; set; }
    public required string Zone { get; set; }
    public required long TransitSeconds { get; set; }
    public required CarriageMode Mode { get; set; }
    public required bool ExclusiveUse { get; set; }
    public required bool Active { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public CarrierOffer ToDomain() => new()
    {
        Id = Id,
        Carrier = Carrier,
        CustomerId = CustomerId,
        PickupWeekdays = Json.Read<List<int>>(PickupWeekdays),
        CutoffMinuteOfDay = CutoffMinuteOfDay,
        Zone = Zone,
        Transit = TimeSpan.FromSeconds(TransitSeconds),
        Mode = Mode,
        ExclusiveUse = ExclusiveUse,
        Active = Active,
    };
}

/// <summary>A packaging as stored.</summary>
sealed class PackagingRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public required PackagingClass Kind { get; set; }
    public required string SpecificationMark { get; set; }
    public required string Evidence { get; set; }
    public required bool TestedForLiquids { get; set; }
    public required double? LimitBq { get; set; }
    public required bool Active { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public PackagingSpec ToDomain() => new(Id, Name, Kind, SpecificationMark, TestedForLiquids, LimitBq, Active);
}

/// <summary>The profile of a site as shipper, as stored.</summary>
sealed class ShipperProfileRow : IGxpRow
{
    public required string SiteId { get; init; }
    public required string ShipperName { get; set; }
    public required string Address { get; set; }
    public required string EmergencyPhone { get; set; }
    public required string EmergencyProvider { get; set; }
    public required string EmergencyInformation { get; set; }
    public required string CertificationText { get; set; }
    public required string AirDeclarationText { get; set; }
    public required string Zone { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}
