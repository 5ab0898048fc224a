using Doseline.Operations.V1;
using Doseline.Platform.Data;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Plausibility;

/// <summary>Bounds of a measure that were set, for everything, a product, or one item of it.</summary>
sealed class BoundsRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Measure { get; init; }
    public required string ProductCode { get; init; }
    public required string Item { get; init; }
    public required double Minimum { get; set; }
    public required double Maximum { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>The key of bounds.</summary>
    public static string IdOf(string measure, string product, string item) => $"{measure}/{product}/{item}";

    /// <summary>The row as sent.</summary>
    /// <param name="version">The version that a save under way gives it; null for its own.</param>
    public PlausibleBounds ToWire(long? version = null) => new() { Measure = Measure, ProductCode = ProductCode, Item = Item, Minimum = Minimum, Maximum = Maximum, Version = version ?? Version };
}

/// <summary>A value that was questioned, and recorded after a second look; never changed.</summary>
sealed class SecondLookRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string RecordId { get; init; }
    public required string Measure { get; init; }
    public required string Field { get; init; }
    public required double Value { get; init; }
    public required double Minimum { get; init; }
    public required double Maximum { get; init; }
    public required string Unit { get; init; }
    public DateTimeOffset? ReferenceTime { get; init; }
    public required string Reason { get; init; }
    public required string PersonId { get; init; }
    public required string PersonName { get; init; }
    public required DateTimeOffset Time { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public RecordedSecondLook ToWire() => new()
    {
        LookId = Id,
        RecordId = RecordId,
        Measure = Measure,
        Field = Field,
        Value = Value,
        Minimum = Minimum,
        Maximum = Maximum,
        Unit = Unit,
        ReferenceTime = ReferenceTime?.ToTimestamp(),
        Reason = Reason,
        PersonId = PersonId,
        PersonName = PersonName,
        Time = Time.ToTimestamp(),
    };
}
