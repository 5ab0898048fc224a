using Doseline.Orders.Domain;
using Doseline.Platform.Data;

namespace Doseline.Orders.Data;

#pragma warning disable CS1591 // Columns mean what Domain.Price says of them.
/// <summary>One version of a price; inserted, never changed.</summary>
public sealed class PriceRow : IGxpRow
{
    public required string Id { get; init; }
    public required string ProductCode { get; init; }
    public required string CustomerId { get; init; }
    public required string Currency { get; init; }
    public required long MinorUnits { get; init; }
    public required DateTimeOffset EffectiveTime { get; init; }
    public required long PriceVersion { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>The row of a version.</summary>
    public static PriceRow From(Price price) => new()
    {
        Id = price.Id,
        ProductCode = price.ProductCode,
        CustomerId = price.CustomerId,
        Currency = price.Currency,
        MinorUnits = price.MinorUnits,
        EffectiveTime = price.EffectiveTime,
        PriceVersion = price.Version,
    };

    /// <summary>The version of the row.</summary>
    public Price ToDomain() => new()
    {
        Id = Id,
        ProductCode = ProductCode,
        CustomerId = CustomerId,
        Currency = Currency,
        MinorUnits = MinorUnits,
        EffectiveTime = EffectiveTime,
        Version = PriceVersion,
    };
}
