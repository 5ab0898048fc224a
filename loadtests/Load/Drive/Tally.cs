using System.Collections.Concurrent;

namespace Doseline.Load.Drive;

/// <summary>What became of the calls of a phase.</summary>
sealed class Tally(int seconds, int grace)
{
    readonly ConcurrentDictionary<string, long> outcomes = new(StringComparer.Ordinal);
    // The line of a chart needs fewer digits than a table, and there are many seconds.
    readonly Latencies[] bySecond = [.. Enumerable.Range(0, seconds + 1).Select(_ => new Latencies(digits: 2))];
    readonly long[] done = new long[seconds + grace + 2];

    /// <summary>Latencies from the instant each call was due to its answer, accepted or not.</summary>
    public Latencies Latency { get; } = new(digits: 3);

    /// <summary>How late the driver itself was in starting calls; it is part of <see cref="Latency"/>.</summary>
    public Latencies StartDelay { get; } = new(digits: 3);

    /// <summary>Counts by outcome: OK, or status and reason.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => outcomes;

    /// <summary>Latencies by the second in which calls were due.</summary>
    public IReadOnlyList<Latencies> BySecond => bySecond;

    /// <summary>Calls answered in each second from the start.</summary>
    public IReadOnlyList<long> AnsweredBySecond => done;

    /// <summary>Counts one answered call.</summary>
    public void Answered(TimeSpan due, TimeSpan answered, string outcome)
    {
        var latency = answered - due;
        Latency.Record(latency);
        bySecond[Math.Min((int)due.TotalSeconds, bySecond.Length - 1)].Record(latency);
        Interlocked.Increment(ref done[Math.Min((int)answered.TotalSeconds, done.Length - 1)]);
        outcomes.AddOrUpdate(outcome, 1, static (_, n) => n + 1);
    }
}
