using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using Doseline.Kernel.Rules;
using NodaTime;
using NodaTime.TimeZones;

namespace Doseline.Kernel.Time;

/// <summary>
/// Turns wall-clock times into instants and back, with the IANA time zone database that ships in the assembly, not with that
/// of the machine: every service reads a clock alike, and <see cref="TzdbVersion"/> says by which rules.
/// </summary>
public static partial class Zones
{
    /// <summary>Earliest year a local time may be in; before, most zones have local mean time only.</summary>
    public const int YearMin = 1900;

    /// <summary>Latest year a local time may be in: anything later is a typing error.</summary>
    public const int YearMax = 2200;

    static readonly string[] LocalFormats =
        ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    static readonly TzdbDateTimeZoneSource Source = TzdbDateTimeZoneSource.Default;
    static readonly DateTimeZoneCache Cache = new(Source);

    // A zone has few names and offsets, which are written again and again; and the cache of the library takes a lock.
    static readonly ConcurrentDictionary<string, DateTimeZone> Known = new(StringComparer.Ordinal);
    static readonly ConcurrentDictionary<(string Abbreviation, TimeSpan Offset), string> Texts = new();
    static readonly FrozenSet<string> Names = Source.GetIds().ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Version of the time zone database, for example <c>2025b</c>.</summary>
    public static string TzdbVersion => Source.TzdbVersion;

    /// <summary>Every IANA zone name, old names included, in order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names.Order(StringComparer.Ordinal)];

    /// <summary>True when the name is an IANA zone, case for case.</summary>
    public static bool Exists(string? zone) => zone is not null && Names.Contains(zone);

    /// <summary>Offset of the zone from UTC at an instant.</summary>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static TimeSpan OffsetAt(DateTimeOffset instant, string zone) =>
        Find(zone).GetUtcOffset(Instant.FromDateTimeOffset(instant)).ToTimeSpan();

    /// <summary>How an instant reads on a wall clock in a zone.</summary>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static ZonedInstant Show(DateTimeOffset instant, string zone) =>
        new(instant.ToUniversalTime(), zone, OffsetAt(instant, zone));

    /// <summary>As <see cref="Show"/>, for a zone that a caller named.</summary>
    public static Decision<ZonedInstant> ShowAsked(DateTimeOffset instant, string? zone, string field) =>
        Exists(zone) ? Show(instant, zone!) : ZoneUnknown(zone, field);

    /// <summary>
    /// Reads a local date and time such as <c>2026-10-13T04:30</c>. A date alone is refused: noon of which clock would be a
    /// guess; so are a Z or an offset, which make it an instant, and 24:00.
    /// </summary>
    public static Decision<DateTime> ParseLocal(string? text, string field)
    {
        if (DateTime.TryParseExact(text, LocalFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return Refusal.Invalid(field, "TIME_OF_DAY_MISSING", $"'{text}' has no time of day.").With("format", LocalFormats[0]);
        return Refusal.Invalid(field, "LOCAL_TIME_MALFORMED", $"'{text}' is not a local date and time like 2026-10-13T04:30.").With("format", LocalFormats[0]);
    }

    /// <summary>The instant that a wall clock in a zone meant.</summary>
    /// <param name="local">Date and time as typed; its kind is not looked at.</param>
    /// <param name="zone">IANA name.</param>
    /// <param name="utcOffset">Offset the person named, which decides an ambiguous hour; null when none was.</param>
    /// <param name="field">Message field, for the refusals.</param>
    public static Decision<ZonedInstant> Resolve(DateTime local, string? zone, TimeSpan? utcOffset, string field)
    {
        List<Refusal> refusals = [];
        if (!Exists(zone)) refusals.Add(ZoneUnknown(zone, field));
        if (local.Year is < YearMin or > YearMax)
            refusals.Add(Refusal.Invalid(field, "LOCAL_TIME_OUT_OF_RANGE", $"The year must be from {YearMin} to {YearMax}.").With("year", local.Year).With("year_min", YearMin).With("year_max", YearMax));
        if (refusals is not []) return refusals;

        var mapping = Find(zone!).MapLocal(LocalDateTime.FromDateTime(local));
        return mapping.Count switch
        {
            0 => InGap(mapping, local, zone!, field),
            1 => Single(Of(mapping.Single()), utcOffset, field),
            _ => Ambiguous(Of(mapping.First()), Of(mapping.Last()), utcOffset, field),
        };
    }

    /// <summary>Spans of one offset and one name of a zone that touch a span of time, in order.</summary>
    /// <param name="zone">IANA name.</param>
    /// <param name="from">Start of the span of time.</param>
    /// <param name="until">Its end.</param>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static IReadOnlyList<ZoneSpan> SpansOf(string zone, DateTimeOffset from, DateTimeOffset until) =>
        [.. Find(zone).GetZoneIntervals(Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(until)).Select(span =>
            new ZoneSpan(span.HasStart && span.Start > Instant.FromDateTimeOffset(from) ? span.Start.ToDateTimeOffset() : null, span.WallOffset.ToTimeSpan(), span.Name))];

    /// <summary>Refuses a zone that does not exist.</summary>
    public static Refusal? Unknown(string? zone, string field) => Exists(zone) ? null : ZoneUnknown(zone, field);

    internal static string AbbreviationAt(DateTimeOffset instant, string zone)
    {
        var name = Find(zone).GetZoneInterval(Instant.FromDateTimeOffset(instant)).Name;
        return name is ['+' or '-', ..] ? "" : name;
    }

    internal static string OffsetText(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString(offset.Seconds == 0 ? @"hh\:mm" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);

    // How a zone reads behind a wall-clock time.
    internal static string Text(string abbreviation, TimeSpan offset) =>
        Texts.GetOrAdd((abbreviation, offset), static of => of.Abbreviation is "" ? $" (UTC{OffsetText(of.Offset)})" : $" {of.Abbreviation} (UTC{OffsetText(of.Offset)})");

    static DateTimeZone Find(string zone)
    {
        if (zone is not null && Known.TryGetValue(zone, out var known)) return known;
        return Exists(zone) ? Known.GetOrAdd(zone!, static name => Cache[name]) : throw new ArgumentException($"No such time zone: {zone}.", nameof(zone));
    }

    static ZonedInstant Of(ZonedDateTime time) => new(time.ToInstant().ToDateTimeOffset(), time.Zone.Id, time.Offset.ToTimeSpan());

    static Refusal ZoneUnknown(string? zone, string field) =>
        Refusal.Invalid(field, "ZONE_UNKNOWN", $"'{zone}' is not a time zone of the IANA database {TzdbVersion}; write it like America/New_York.")
            .With("zone", zone).With("tzdb_version", TzdbVersion);

    static Decision<ZonedInstant> Single(ZonedInstant only, TimeSpan? utcOffset, string field) =>
        utcOffset is null || utcOffset == only.Offset
            ? only
            : Refusal.Invalid(field, "UTC_OFFSET_WRONG", $"{only.Zone} is at {only.OffsetText} then, not at UTC{OffsetText(utcOffset.Value)}.")
                .With("utc_offset", OffsetText(utcOffset.Value)).With("utc_offset_expected", OffsetText(only.Offset)).With("instant_expected", only.Instant);

    static Decision<ZonedInstant> Ambiguous(ZonedInstant first, ZonedInstant second, TimeSpan? utcOffset, string field)
    {
        if (utcOffset == first.Offset) return first;
        if (utcOffset == second.Offset) return second;
        return Refusal.Invalid(field, "LOCAL_TIME_AMBIGUOUS", $"This time comes twice in {first.Zone}: {first} and {second}. Name the UTC offset.")
            .With("zone", first.Zone).With("tzdb_version", TzdbVersion)
            .With("utc_offset", utcOffset is { } wrong ? OffsetText(wrong) : null)
            .With("utc_offset_first", OffsetText(first.Offset)).With("instant_first", first.Instant)
            .With("utc_offset_second", OffsetText(second.Offset)).With("instant_second", second.Instant);
    }

    static Decision<ZonedInstant> InGap(ZoneLocalMapping mapping, DateTime local, string zone, string field)
    {
        var start = mapping.EarlyInterval.IsoLocalEnd.ToDateTimeUnspecified();
        var end = mapping.LateInterval.IsoLocalStart.ToDateTimeUnspecified();
        return Refusal.Invalid(field, "LOCAL_TIME_IN_GAP", $"{Text(local)} does not exist in {zone}: clocks go from {Text(start)} to {Text(end)}.")
            .With("zone", zone).With("tzdb_version", TzdbVersion)
            .With("gap_start", Text(start)).With("gap_end", Text(end))
            .With("nearest_before", Text(start.AddMinutes(-1))).With("nearest_after", Text(end))
            .With("instant_of_gap", mapping.LateInterval.Start.ToDateTimeOffset());
    }

    static string Text(DateTime local) => local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>A span over which clocks of a zone stand at one offset.</summary>
/// <param name="Start">Its first instant; null where it lasts from before what was asked.</param>
/// <param name="Offset">Offset from UTC; positive east of Greenwich.</param>
/// <param name="Name">Abbreviation, for example <c>EST</c>; an offset such as <c>+0545</c> where the zone has none.</param>
public sealed record ZoneSpan(DateTimeOffset? Start, TimeSpan Offset, string Name);
