namespace Doseline.Waste.Domain;

/// <summary>When a container reaches its criterion, and what decides it.</summary>
/// <param name="Eligible">Instant; null when it never does within the calendar of the platform.</param>
/// <param name="Nuclide">Longest-lived significant nuclide; empty when nothing significant is in it.</param>
public sealed record DecayClock(DateTimeOffset? Eligible, string Nuclide)
{
    const int DoublingsMax = 40;
    static readonly DateTimeOffset Horizon = new(2199, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Starts the clock of a closed container. It follows the longest-lived radionuclide above the significance threshold, not the
    /// nuclide on the label: an impurity of a thousandth outlives its product.
    /// </summary>
    /// <param name="contents">What is in it.</param>
    /// <param name="policy">Policy.</param>
    /// <param name="closed">Instant at which it was closed.</param>
    public static DecayClock Of(Contents contents, ContainerPolicy policy, DateTimeOffset closed)
    {
        var slowest = contents.Peaks(closed).Where(one => one.PeakBq > policy.SignificanceBq).MaxBy(one => one.Nuclide.HalfLifeSeconds).Nuclide;
        if (slowest is null) return new DecayClock(closed, "");
        var waited = slowest.HalfLifeSeconds * policy.MinHalfLives is var seconds && seconds < (Horizon - closed).TotalSeconds ? closed.AddTicks((long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond)) : (DateTimeOffset?)null;
        var below = policy.ReleaseBq > 0 ? BelowFrom(contents, policy.ReleaseBq, closed) : closed;
        return new DecayClock(waited is null || below is null ? null : waited > below ? waited : below, slowest.Symbol);
    }

    // Progeny may grow first, so the last crossing counts: doubling spans find an instant after which it stays below, halving finds the tick.
    static DateTimeOffset? BelowFrom(Contents contents, double limitBq, DateTimeOffset closed)
    {
        var above = closed;
        var below = closed;
        var span = TimeSpan.FromMinutes(1);
        for (var doubling = 0; doubling < DoublingsMax && closed + span < Horizon; doubling++, span *= 2)
        {
            var instant = closed + span;
            if (contents.TotalAt(instant) > limitBq) (above, below) = (instant, closed);
            else if (below == closed) below = instant;
        }

        if (below == closed) return null;
        if (above == closed && contents.TotalAt(closed) <= limitBq) return closed;
        while (below - above > TimeSpan.FromTicks(1))
        {
            var middle = above + TimeSpan.FromTicks((below - above).Ticks / 2);
            if (contents.TotalAt(middle) > limitBq) above = middle;
            else below = middle;
        }

        return below;
    }
}
