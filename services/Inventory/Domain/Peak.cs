namespace Doseline.Inventory.Domain;

/// <summary>Finds the highest value of possession over a window: parents only decay, but announced receipts come and daughters grow.</summary>
public static class Peak
{
    const int SamplesPerWindow = 96;
    const int Refinements = 60;

    /// <summary>The instant of a window at which a function is highest.</summary>
    /// <param name="from">Start of the window, looked at too.</param>
    /// <param name="until">End of the window.</param>
    /// <param name="events">Instants at which the function jumps; those outside the window are left out.</param>
    /// <param name="smooth">True when it may rise between events.</param>
    /// <param name="value">The function.</param>
    public static (DateTimeOffset Time, double Value) Of(
        DateTimeOffset from, DateTimeOffset until, IEnumerable<DateTimeOffset> events, bool smooth, Func<DateTimeOffset, double> value)
    {
        List<DateTimeOffset> instants = [from, .. events.Where(instant => instant > from && instant <= until).Order()];
        var best = instants.Select(instant => (Time: instant, Value: value(instant))).MaxBy(sample => sample.Value);
        if (!smooth || until <= from) return best;
        for (var place = 0; place < instants.Count; place++)
        {
            var start = instants[place];
            var end = place + 1 < instants.Count ? instants[place + 1].AddTicks(-1) : until;
            var found = Between(start, end, value);
            if (found.Value > best.Value) best = found;
        }

        return best;
    }

    // Samples lie close together at the start, because short-lived daughters are in equilibrium within hours of a year-long window.
    static (DateTimeOffset Time, double Value) Between(DateTimeOffset start, DateTimeOffset end, Func<DateTimeOffset, double> value)
    {
        var span = (end - start).Ticks;
        var samples = Enumerable.Range(0, SamplesPerWindow + 1)
            .Select(index => start.AddTicks((long)(span * Math.Pow(index / (double)SamplesPerWindow, 4))))
            .Select(instant => (Time: instant, Value: value(instant))).ToList();
        var top = samples.IndexOf(samples.MaxBy(sample => sample.Value));
        var (low, high) = (samples[Math.Max(0, top - 1)].Time, samples[Math.Min(SamplesPerWindow, top + 1)].Time);
        for (var step = 0; step < Refinements && (high - low).Ticks > TimeSpan.TicksPerSecond; step++)
        {
            var third = TimeSpan.FromTicks((high - low).Ticks / 3);
            if (value(low + third) < value(high - third)) low += third;
            else high -= third;
        }

        var middle = low.AddTicks((high - low).Ticks / 2);
        return value(middle) > samples[top].Value ? (middle, value(middle)) : samples[top];
    }
}
