using System.Text;

namespace Doseline.Load.Report;

/// <summary>The report for people who read text.</summary>
static class MarkdownReport
{
    public static string Write(IReadOnlyList<RunResult> runs, IReadOnlyList<Yardstick> yardsticks)
    {
        StringBuilder text = new();
        text.Append("# Peak day\n\nOrders are placed through the public gRPC API by an open-loop driver: a call starts when it is due, whether or not earlier ones were answered, and its latency counts from that instant.\n");
        foreach (var run in runs) Run(text, run);
        if (yardsticks is not []) Yardsticks(text, yardsticks, runs[0].SustainedRate);
        return text.ToString();
    }

    static void Run(StringBuilder text, RunResult run)
    {
        text.Append(Text.Of($"\n## {run.Name}\n\n{run.StartTime:yyyy-MM-dd HH:mm} UTC, {run.Machine}, driver, platform and database on the same machine, which is shared; load average at the end {(run.LoadAverage is "" ? "unknown" : run.LoadAverage)}. "));
        text.Append(Text.Of($"Arrivals: {run.Arrivals}. Orders are spread over {run.RunCount} production runs. "));
        text.Append(run.SustainedRate is { } rate ? Text.Of($"Highest rate kept up with a p99 of at most {run.P99LimitMilliseconds:0} ms and no error: **{rate:0} orders/s**.\n\n") : Text.Of($"No rate that was tried was kept up with a p99 of at most {run.P99LimitMilliseconds:0} ms and no error.\n\n"));
        text.Append("| phase | asked /s | answered /s | calls | errors | p50 ms | p90 ms | p99 ms | p99.9 ms | max ms | driver late p99 ms |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var p in run.Phases)
            text.Append(Text.Of($"| {p.Name} | {p.RateAsked:0.##} | {p.RateAnswered:0.0} | {p.Calls} | {p.Errors} | {Text.Milliseconds(p.Milliseconds[0])} | {Text.Milliseconds(p.Milliseconds[2])} | {Text.Milliseconds(p.P99Milliseconds)} | {Text.Milliseconds(p.Milliseconds[5])} | {Text.Milliseconds(p.MaxMilliseconds)} | {Text.Milliseconds(p.DriverP99Milliseconds)} |\n"));
        text.Append("\n| phase | platform cores | platform MiB | PostgreSQL cores | PostgreSQL MiB | driver cores | allocated KiB/call | collections | pauses s |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var p in run.Phases)
        {
            var allocated = p.Counters.TryGetValue("dotnet_gc_heap_total_allocated_bytes_total", out var bytes) ? Text.Of($"{bytes / 1024 / p.Calls:0}") : "–";
            text.Append(Text.Of($"| {p.Name} | {p.Server?.Cores:0.00} | {Memory(p.Server)} | {p.Postgres?.Cores:0.00} | {Memory(p.Postgres)} | {p.Driver?.Cores:0.00} | {allocated} | {Counter(p, "dotnet_gc_collections_total")} | {Counter(p, "dotnet_gc_pause_time_seconds_total")} |\n"));
        }

        foreach (var p in run.Phases.Where(p => p.Name == PhaseResult.DoseToDoor))
            text.Append(Text.Of($"\nA call of the phase “{p.Name}” is a batch of {Play.FlowDay.Doses} doses: ordered, made step by step, labelled, tested, released with a signature, packed, surveyed, shipped, delivered, billed. **{p.RateAnswered * Play.FlowDay.Doses:0.0} complete dose-to-door flows/s**.\n"));
        foreach (var p in run.Phases.Where(p => p.Errors > 0))
            text.Append(Text.Of($"\n{p.Name} ended otherwise: {string.Join(", ", p.Outcomes.Where(o => o.Key != PhaseResult.Ok).Select(o => $"{o.Value} × {o.Key}"))}.\n"));
        foreach (var line in run.Broken) text.Append($"\nBudget exceeded: {line}.\n");
    }

    static string Memory(Drive.ProcessUse? use) => use is null ? "–" : Text.Mebibytes(use.MemoryMaxBytes);

    static string Counter(PhaseResult phase, string name) => phase.Counters.TryGetValue(name, out var value) ? Text.Of($"{value:0.##}") : "–";

    static void Yardsticks(StringBuilder text, IReadOnlyList<Yardstick> yardsticks, double? sustained)
    {
        text.Append("\n## Yardstick\n\npgbench on the same PostgreSQL in the same session, one transaction inserting the rows that an order writes in Orders (order, outbox, request, audit), without a service in between.\n\n| clients | transactions /s | mean ms |\n|--:|--:|--:|\n");
        foreach (var y in yardsticks) text.Append(Text.Of($"| {y.Clients} | {y.PerSecond:0} | {y.MeanMilliseconds:0.00} |\n"));
        var best = yardsticks.Max(y => y.PerSecond);
        if (sustained is { } rate) text.Append(Text.Of($"\nThe platform, with the driver beside it, keeps up {100 * rate / best:0} % of that with whole orders: {rate:0} a second to {best:0} commits a second.\n"));
    }
}
