using System.Text.Json;
using Doseline.Load.Drive;

namespace Doseline.Load.Report;

/// <summary>How results are kept.</summary>
static class Results
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>A whole day as measured.</summary>
sealed record RunResult
{
    public required string Name { get; init; }
    public required DateTimeOffset StartTime { get; init; }
    public required string Machine { get; init; }
    /// <summary>Line of /proc/loadavg at the end; empty where there is none.</summary>
    public required string LoadAverage { get; init; }
    public required string Arrivals { get; init; }
    /// <summary>Production runs that the orders were spread over.</summary>
    public required int RunCount { get; init; }
    public required IReadOnlyList<PhaseResult> Phases { get; init; }
    /// <summary>Highest rate asked that was kept up within the limit, in orders a second; null when none was.</summary>
    public required double? SustainedRate { get; init; }
    /// <summary>The limit: p99 from the instant a call was due, in milliseconds.</summary>
    public required double P99LimitMilliseconds { get; init; }
    /// <summary>What the budget asked and did not get.</summary>
    public required IReadOnlyList<string> Broken { get; init; }
}

/// <summary>One phase as measured; latencies count from the instant each call was due.</summary>
sealed record PhaseResult
{
    public const string Ok = "OK";

    /// <summary>Name of the phase whose calls are whole batches, from the order of their doses to their doors.</summary>
    public const string DoseToDoor = "dose to door";

    /// <summary>Shares that are reported.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999];

    public required string Name { get; init; }
    public required double RateAsked { get; init; }
    /// <summary>Answers a second, from the first call due to the last answer.</summary>
    public required double RateAnswered { get; init; }
    public required double Seconds { get; init; }
    public required long Calls { get; init; }
    public required IReadOnlyDictionary<string, long> Outcomes { get; init; }
    /// <summary>Latencies in milliseconds at <see cref="Shares"/>.</summary>
    public required IReadOnlyList<double> Milliseconds { get; init; }
    public required double MaxMilliseconds { get; init; }
    public required double MeanMilliseconds { get; init; }
    /// <summary>How late the driver was in starting 99 % of the calls; included in the latencies.</summary>
    public required double DriverP99Milliseconds { get; init; }
    public required IReadOnlyList<Second> BySecond { get; init; }
    public ProcessUse? Server { get; init; }
    public ProcessUse? Postgres { get; init; }
    public ProcessUse? Driver { get; init; }
    public IReadOnlyDictionary<string, double> Counters { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public long Errors => Outcomes.Where(o => o.Key != Ok).Sum(o => o.Value);

    public double P99Milliseconds => Milliseconds[4];

    public static PhaseResult Of(string name, double rate, TimeSpan due, TimeSpan took, Tally tally) => new()
    {
        Name = name,
        RateAsked = rate,
        RateAnswered = tally.Latency.Count / took.TotalSeconds,
        Seconds = took.TotalSeconds,
        Calls = tally.Latency.Count,
        Outcomes = new SortedDictionary<string, long>(tally.Outcomes.ToDictionary(), StringComparer.Ordinal),
        Milliseconds = [.. Shares.Select(s => tally.Latency.At(s))],
        MaxMilliseconds = tally.Latency.MaxMilliseconds,
        MeanMilliseconds = tally.Latency.MeanMilliseconds,
        DriverP99Milliseconds = tally.StartDelay.At(0.99),
        BySecond = [.. tally.BySecond.Take((int)due.TotalSeconds + 1).Select((h, i) => new Second(h.At(0.5), h.At(0.99), tally.AnsweredBySecond[i]))],
    };
}

/// <summary>One second of a phase.</summary>
/// <param name="P50">Median of calls due in it, in milliseconds.</param>
/// <param name="P99">99th percentile of calls due in it, in milliseconds.</param>
/// <param name="Answered">Answers that came in it.</param>
sealed record Second(double P50, double P99, long Answered);
