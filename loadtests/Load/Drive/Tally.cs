using System.Collections.Concurrent;

namespace Doseline.Load.Drive;

/// <summary>What became of the calls of a turn.</summary>
sealed class Tally
{
    /// <summary>Outcome of a call that was answered as hoped.</summary>
    public const string Ok = "OK";

    readonly ConcurrentDictionary<string, long> outcomes = new(StringComparer.Ordinal);

    /// <summary>Latencies of calls, answered as hoped or not.</summary>
    public Latencies Latency { get; } = new(digits: 3);

    /// <summary>How late the driver itself was in starting calls; it is part of <see cref="Latency"/>.</summary>
    public Latencies StartDelay { get; } = new(digits: 3);

    /// <summary>Counts by outcome: <see cref="Ok"/>, or status and reason.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => outcomes;

    /// <summary>Calls answered as hoped.</summary>
    public long Done => outcomes.GetValueOrDefault(Ok);

    /// <summary>Counts one answered call.</summary>
    public void Answered(TimeSpan latency, string outcome)
    {
        Latency.Record(latency);
        outcomes.AddOrUpdate(outcome, 1, static (_, n) => n + 1);
    }
}
