using System.Globalization;

namespace Doseline.Kernel.Time;

/// <summary>
/// An instant together with how a person read or typed it: what an event records beside its UTC instant, so that the wall
/// clock of the day can be shown again even after a government has changed its rules.
/// </summary>
/// <param name="Instant">The instant, in UTC.</param>
/// <param name="Zone">IANA name, for example <c>America/New_York</c>.</param>
/// <param name="Offset">Offset of the zone from UTC at that instant; positive east of Greenwich.</param>
public readonly record struct ZonedInstant(DateTimeOffset Instant, string Zone, TimeSpan Offset)
{
    /// <summary>What the wall clock shows; its kind is unspecified, because it means nothing without the zone.</summary>
    public DateTime Local => DateTime.SpecifyKind(Instant.UtcDateTime + Offset, DateTimeKind.Unspecified);

    /// <summary>Abbreviation in use there and then, for example <c>EST</c>; empty where the zone has none but its offset.</summary>
    public string Abbreviation => Zones.AbbreviationAt(Instant, Zone);

    /// <summary>The offset as <c>UTC-05:00</c>; with seconds only for local mean times of old.</summary>
    public string OffsetText => "UTC" + Zones.OffsetText(Offset);

    /// <summary>Time of day as labels print it, with both abbreviation and offset: <c>13:00 EST (UTC-05:00)</c>.</summary>
    public string TimeText => string.Create(CultureInfo.InvariantCulture, $"{Local:HH:mm}{ZoneText}");

    /// <summary>Date and time as papers print them: <c>2026-11-01 13:00 EST (UTC-05:00)</c>.</summary>
    /// <remarks>Seconds are cut, not rounded: a clock shows 12:59 until it is 13:00.</remarks>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Local:yyyy-MM-dd HH:mm}{ZoneText}");

    string ZoneText => Zones.Text(Abbreviation, Offset);
}
