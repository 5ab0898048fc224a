using NodaTime;

namespace Doseline.Kernel.Time;

public static partial class Zones
{
    // A week, and a day more on either side for zones that skipped a whole day (Pacific/Apia, 30 December 2011) or the like.
    const int DaysSearched = 16;

    /// <summary>
    /// The first time at or after an instant that a wall clock in the zone shows the given time of day. A time that is skipped
    /// that day counts as the end of the gap, and one that comes twice as its first coming: a carrier's cut-off is never later than
    /// either reading of it.
    /// </summary>
    /// <param name="from">Earliest instant.</param>
    /// <param name="zone">IANA name.</param>
    /// <param name="time">Time of day.</param>
    /// <param name="days">Days of the week that count, as the zone's calendar has them; none given means every day.</param>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static ZonedInstant NextAt(DateTimeOffset from, string zone, TimeOnly time, params IReadOnlyCollection<DayOfWeek> days) =>
        Search(from, zone, time, days, step: 1);

    /// <summary>The last time at or before an instant that a wall clock shows the given time of day; see <see cref="NextAt"/>.</summary>
    /// <param name="until">Latest instant.</param>
    /// <param name="zone">IANA name.</param>
    /// <param name="time">Time of day.</param>
    /// <param name="days">Days of the week that count; none given means every day.</param>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static ZonedInstant PreviousAt(DateTimeOffset until, string zone, TimeOnly time, params IReadOnlyCollection<DayOfWeek> days) =>
        Search(until, zone, time, days, step: -1);

    /// <summary>The calendar day of an instant in a zone.</summary>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static DateOnly DateAt(DateTimeOffset instant, string zone) => DateOnly.FromDateTime(Show(instant, zone).Local);

    /// <summary>The instant at which a calendar day begins in a zone; not always at 00:00, where clocks change at midnight.</summary>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static ZonedInstant StartOfDay(DateOnly date, string zone) =>
        Of(Find(zone).AtStartOfDay(LocalDate.FromDateOnly(date)));

    /// <summary>The instant of a time of day on a calendar day, read as <see cref="NextAt"/> reads it; null when the day was skipped.</summary>
    /// <exception cref="ArgumentException">The zone does not exist.</exception>
    public static ZonedInstant? OnDay(DateOnly date, TimeOnly time, string zone)
    {
        var mapping = Find(zone).MapLocal(LocalDate.FromDateOnly(date) + LocalTime.FromTimeOnly(time));
        if (mapping.Count > 0) return Of(mapping.First());
        var end = Of(mapping.LateInterval.Start.InZone(mapping.Zone));
        return DateOnly.FromDateTime(end.Local) == date ? end : null;
    }

    static ZonedInstant Search(DateTimeOffset bound, string zone, TimeOnly time, IReadOnlyCollection<DayOfWeek> days, int step)
    {
        var date = DateAt(bound, zone).AddDays(-step);
        for (var day = 0; day < DaysSearched; day++, date = date.AddDays(step))
        {
            if (days.Count > 0 && !days.Contains(date.DayOfWeek)) continue;
            if (OnDay(date, time, zone) is { } found && (step > 0 ? found.Instant >= bound : found.Instant <= bound)) return found;
        }

        throw new System.Diagnostics.UnreachableException($"{zone} has no {time} within {DaysSearched} days of {bound}.");
    }
}
