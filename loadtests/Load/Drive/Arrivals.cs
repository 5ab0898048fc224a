namespace Doseline.Load.Drive;

/// <summary>When calls are due, counted from the start of a turn.</summary>
static class Arrivals
{
    /// <summary>Arrivals of independent callers: gaps are exponential, so that bunches and lulls come as they do in life; so many of them in their mean time, so that a rate that was asked is a rate that was offered.</summary>
    /// <param name="count">How many.</param>
    /// <param name="rate">Mean rate, per second.</param>
    /// <param name="seed">The same seed gives the same instants.</param>
    public static TimeSpan[] Poisson(int count, double rate, int seed)
    {
        Random random = new(seed);
        var at = 0.0;
        var times = Enumerable.Range(0, count).Select(_ => at += -Math.Log(1 - random.NextDouble())).ToList();
        return [.. times.Select(t => TimeSpan.FromSeconds(t / at * count / rate))];
    }
}
