namespace Doseline.Inventory.Domain;

/// <summary>What would do instead of an arrival that was refused.</summary>
public static class Alternatives
{
    const int RoomsMax = 20;
    static readonly TimeSpan FirstStep = TimeSpan.FromHours(1);

    /// <summary>Other rooms of the site that would take the same at the same instant, at most twenty.</summary>
    public static IReadOnlyList<string> Rooms(Arrival arrival, SiteState state) =>
    [
        .. state.Rooms.Where(room => room.Id != arrival.To.RoomId && room.Id != arrival.Leaving?.Place.RoomId)
            .Select(room => room.Id).Order(StringComparer.Ordinal)
            .Where(room => PossessionRules.Admit(arrival with { Item = arrival.Item with { Place = arrival.To with { RoomId = room } } }, state).Accepted)
            .Take(RoomsMax),
    ];

    /// <summary>
    /// An instant, to a second, from which decay makes room where it was asked for, in a year at most; an arrival just before it is
    /// refused. Null when only another room, use or licence helps.
    /// </summary>
    public static DateTimeOffset? NearestTime(Arrival arrival, SiteState state)
    {
        var refused = arrival.Time;
        for (var step = FirstStep; refused < arrival.Time + PossessionRules.PlanningWindow; step *= 1.5)
        {
            var tried = refused + step;
            if (!Admitted(tried))
            {
                refused = tried;
                continue;
            }

            while (tried - refused > TimeSpan.FromSeconds(1))
            {
                var middle = refused + (tried - refused) / 2;
                if (Admitted(middle)) tried = middle;
                else refused = middle;
            }

            // Up to the next whole second: an instant rounded down would be refused.
            var second = new DateTimeOffset(tried.UtcTicks - tried.UtcTicks % TimeSpan.TicksPerSecond + TimeSpan.TicksPerSecond, TimeSpan.Zero);
            return Admitted(second) ? second : tried;
        }

        return null;

        bool Admitted(DateTimeOffset time) => PossessionRules.Admit(arrival with { Time = time }, state).Accepted;
    }
}
