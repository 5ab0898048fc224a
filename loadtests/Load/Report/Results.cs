using System.Globalization;
using System.Text.Json;

namespace Doseline.Load.Report;

/// <summary>Everything that one run measured.</summary>
sealed record Results
{
    /// <summary>How it is kept.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required DateTimeOffset StartTime { get; init; }
    public required DateTimeOffset EndTime { get; init; }
    public required string Machine { get; init; }
    /// <summary>Lines of /proc/loadavg before and after.</summary>
    public required string LoadBefore { get; init; }
    public required string LoadAfter { get; init; }
    /// <summary>How long turns were.</summary>
    public required string Length { get; init; }
    /// <summary>Commit of the build before.</summary>
    public required string Base { get; init; }
    /// <summary>Commit of the build after.</summary>
    public required string Now { get; init; }
    /// <summary>What the grown databases hold more; empty when there were none.</summary>
    public required string Grown { get; init; }
    public required IReadOnlyList<Turn> Turns { get; init; }
    public required IReadOnlyList<Yardstick> Yardsticks { get; init; }
    public required IReadOnlyList<Rest> Rests { get; init; }
    public IReadOnlyList<Start> Starts { get; init; } = [];

    /// <summary>Turns of one kind together; null when there were none.</summary>
    /// <param name="store">Store.</param>
    /// <param name="arm">Platform.</param>
    /// <param name="kind">Kind.</param>
    /// <param name="name">Name; null for every name.</param>
    public Sum? SumOf(string store, string arm, string kind, string? name) =>
        Turns.Where(t => t.Store == store && t.Arm == arm && t.Kind == kind && (name is null || t.Name == name)).ToList() is [_, ..] turns ? new Sum(turns) : null;

    /// <summary>The number of callers with which most was kept up.</summary>
    public Sum BestClosed(string store, string arm) =>
        Turns.Where(t => t.Store == store && t.Arm == arm && t.Kind is Kinds.Closed).GroupBy(t => t.InFlight).Select(g => new Sum([.. g])).MaxBy(s => s.KeptUp)!;
}

/// <summary>A turn of one platform.</summary>
sealed record Turn
{
    public required string Store { get; init; }
    public required string Arm { get; init; }
    /// <summary>What was done: <see cref="Kinds"/>.</summary>
    public required string Kind { get; init; }
    /// <summary>Callers, rate or read, as a reader is told.</summary>
    public required string Name { get; init; }
    public int InFlight { get; init; }
    public double RateAsked { get; init; }
    /// <summary>What counts: orders accepted, doses brought to their doors, reads answered.</summary>
    public required long Units { get; init; }
    public required long Faults { get; init; }
    public required IReadOnlyDictionary<string, long> Outcomes { get; init; }
    /// <summary>To the last answer.</summary>
    public required double SecondsAnswered { get; init; }
    /// <summary>To the last effect.</summary>
    public required double SecondsDrained { get; init; }
    /// <summary>Effects that had not happened when patience ended.</summary>
    public required long Missing { get; init; }
    public required double P50Milliseconds { get; init; }
    public required double P99Milliseconds { get; init; }
    public required double MaxMilliseconds { get; init; }
    /// <summary>How late the driver was in starting 99 % of the calls; included in the latencies.</summary>
    public required double DriverLateMilliseconds { get; init; }
    public required double ServerCpuSeconds { get; init; }
    public required double DatabaseCpuSeconds { get; init; }
    public required double DriverCpuSeconds { get; init; }
    public required double AllocatedBytes { get; init; }
    public long? Commands { get; init; }
    public long? Commits { get; init; }

    /// <summary>Name of a turn in a closed loop.</summary>
    public static string InFlightOf(int callers) => Text.Of($"{callers} in flight");

    /// <summary>Name of a turn at a rate.</summary>
    public static string RateOf(double rate) => Text.Of($"{rate:0} a second");

    /// <summary>Name of a turn at a share of what was kept up.</summary>
    public static string ShareOf(double share) => Text.Of($"{100 * share:0} % of what it keeps up");
}

/// <summary>What turns do.</summary>
static class Kinds
{
    public const string Closed = "closed", Open = "open", Flows = "flows", Read = "read";
}

/// <summary>A platform without anything to do.</summary>
/// <param name="Store">Store.</param>
/// <param name="Arm">Platform.</param>
/// <param name="Seconds">From its start to the look at its memory, and again as long for its processor time.</param>
/// <param name="ResidentBytes">Resident memory.</param>
/// <param name="CpuSeconds">Processor time.</param>
sealed record Rest(string Store, string Arm, double Seconds, long ResidentBytes, double CpuSeconds);

/// <summary>A start of a platform, to its first answered call.</summary>
/// <param name="Arm">Build.</param>
/// <param name="Databases"><see cref="Fresh"/> or <see cref="Existing"/>.</param>
/// <param name="Milliseconds">By the clock.</param>
/// <param name="CpuMilliseconds">Of processor time.</param>
sealed record Start(string Arm, string Databases, double Milliseconds, double CpuMilliseconds)
{
    /// <summary>Where nothing was yet, so that schemas are applied as well.</summary>
    public const string Fresh = "fresh";

    /// <summary>Where it was started before.</summary>
    public const string Existing = "existing";

    /// <summary>Half are no greater.</summary>
    public static double Median(IEnumerable<double> of) => of.Order().ToList() is [_, ..] sorted ? sorted[(sorted.Count - 1) / 2] : double.NaN;

    /// <summary>Reads what startup.sh kept: the four, apart by spaces.</summary>
    public static IReadOnlyList<Start> Read(IEnumerable<string> lines) =>
        [.. lines.Select(l => l.Split(' ')).Select(f => new Start(f[0], f[1], double.Parse(f[2], CultureInfo.InvariantCulture), double.Parse(f[3], CultureInfo.InvariantCulture)))];
}
