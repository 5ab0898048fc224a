using System.Text;
using Doseline.Load.Drive;
using Doseline.Load.Play;

namespace Doseline.Load.Report;

/// <summary>The report: every figure, and every verdict on a goal, comes from what was measured.</summary>
static class MarkdownReport
{
    public static string Write(Results results)
    {
        StringBuilder text = new();
        text.Append(Text.Of($"""
            # What an order costs

            Written by `loadtests/run.sh` ({results.Length} run). Two builds beside each other on the same machine: **{Arms.Base}** is {results.Base}, **{Arms.Now}** is {results.Now}. Each has its turn while the other is held still; one
            driver, the same for both, places orders through the public gRPC API and shares the machine with them and the database. {results.StartTime:yyyy-MM-dd HH:mm} to {results.EndTime:HH:mm} UTC, {results.Machine}; load average
            before `{results.LoadBefore}`, after `{results.LoadAfter}`.

            *Kept up* counts until every accepted order has had all its effects, looked up in the databases: reservation confirmed, dose planned in Execution, copy in Shipping. Processor time is of the process and its children, from
            /proc, over the same span. A command is a statement that PostgreSQL executed for a platform (`pg_stat_statements`; each statement of a batch counts, beginning and ending of transactions do not); a commit is one that wrote (commit records
            of its log). SQLite works in the server's process, and nobody counts there.

            ## Goals

            | goal | measured | figure | asked | |
            |---|---|--:|--:|---|

            """));
        foreach (var goal in Goal.Of(results))
            text.Append(Text.Of($"| {goal.What} | {goal.Figures} | {Figure(goal.Value)} {goal.Unit} | {(goal.AtLeast ? "≥" : "≤")} {Figure(goal.Limit)} {goal.Unit} | {(goal.Met ? "met" : "**not met**")} |\n"));
        foreach (var store in results.Turns.Select(t => t.Store).Distinct(StringComparer.Ordinal)) Store(text, results, store);
        Starts(text, results.Starts);
        return text.ToString();
    }

    static void Store(StringBuilder text, Results results, string store)
    {
        List<string> arms = [.. results.Turns.Where(t => t.Store == store).Select(t => t.Arm).Distinct(StringComparer.Ordinal)];
        text.Append($"\n## {store}\n\n");
        if (arms.Contains(Arms.Grown)) text.Append($"The databases of “{Arms.Grown}” hold {results.Grown} more.\n\n");
        text.Append("| orders | build | kept up /s | answered /s | p50 ms | p99 ms | server ms | database ms | driver ms | KiB | commands | commits | faults |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var kind in (string[])[Kinds.Closed, Kinds.Open, Kinds.Flows])
        {
            foreach (var name in Names(results, store, kind))
            {
                foreach (var arm in arms)
                {
                    if (results.SumOf(store, arm, kind, name) is { } s)
                        text.Append(Text.Of($"| {name} | {arm} | {s.KeptUp:0.0} | {s.Answered:0.0} | {Text.Milliseconds(s.P50)} | {Text.Milliseconds(s.P99)} | {s.ServerMs:0.00} | {Database(s)} | {s.DriverMs:0.00} | {s.KiB:0} | {s.Commands:0.0} | {s.Commits:0.00} | {s.Faults} |\n"));
                }
            }
        }

        foreach (var t in results.Turns.Where(t => t.Store == store && t.Faults + t.Missing > 0))
            text.Append(Text.Of($"\n{t.Name}, {t.Arm}: {string.Join(", ", [.. t.Outcomes.Where(o => o.Key is not Tally.Ok).Select(o => $"{o.Value} × {o.Key}"), .. t.Missing > 0 ? [$"{t.Missing} effects did not come in time"] : (string[])[]])}.\n"));
        text.Append(Text.Of($"\nThe last lines count doses: batches of {FlowDay.Doses}, ordered, made step by step, labelled, tested, released with a signature, packed, surveyed, shipped, delivered, billed; their latencies are of whole batches.\n\n"));
        text.Append("| read | build | /s | × an empty call | p99 ms | server ms | database ms | KiB | commands |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var name in Names(results, store, Kinds.Read))
        {
            foreach (var arm in arms)
            {
                if (results.SumOf(store, arm, Kinds.Read, name) is { } s && results.SumOf(store, arm, Kinds.Read, Desk.NoCall) is { } nothing)
                    text.Append(Text.Of($"| {name} | {arm} | {s.Answered:0} | {s.Answered / nothing.Answered:0.000} | {Text.Milliseconds(s.P99)} | {s.ServerMs:0.000} | {Database(s)} | {s.KiB:0.0} | {s.Commands:0.0} |\n"));
            }
        }

        text.Append("\nAn empty call asks for a method that is not there: there and back, and nothing in between. Lists are of 50 orders.\n\n| at rest | resident MiB | cores |\n|---|--:|--:|\n");
        foreach (var rest in results.Rests.Where(r => r.Store == store)) text.Append(Text.Of($"| {rest.Arm}, {rest.Seconds:0} s after its start | {Text.Mebibytes(rest.ResidentBytes)} | {rest.CpuSeconds / rest.Seconds:0.000} |\n"));
        if (results.Yardsticks is [] || results.Turns.All(t => t.Store != store || t.Commits is null)) return;
        text.Append("\n`pgbench` in the same minutes, one transaction inserting the rows that an order writes in Orders at the base (order, outbox, request, audit), without a service in between:\n\n| clients | transactions /s | mean ms | database ms |\n|--:|--:|--:|--:|\n");
        foreach (var y in results.Yardsticks.GroupBy(y => y.Clients).OrderBy(g => g.Key)) text.Append(Text.Of($"| {y.Key} | {y.Average(r => r.PerSecond):0} | {y.Average(r => r.MeanMilliseconds):0.00} | {y.Average(r => r.DatabaseCpuMilliseconds):0.00} |\n"));
    }

    static void Starts(StringBuilder text, IReadOnlyList<Start> starts)
    {
        if (starts is []) return;
        text.Append("\n## Start\n\nFrom the start of the process to the first answered call, with nine SQLite databases (`loadtests/startup.sh`); medians.\n\n| databases | build | ms | ms of processor time | starts |\n|---|---|--:|--:|--:|\n");
        foreach (var of in starts.GroupBy(s => (s.Databases, s.Arm)).OrderBy(g => g.Key.Databases, StringComparer.Ordinal).ThenBy(g => g.Key.Arm, StringComparer.Ordinal))
            text.Append(Text.Of($"| {of.Key.Databases} | {of.Key.Arm} | {Start.Median(of.Select(s => s.Milliseconds)):0} | {Start.Median(of.Select(s => s.CpuMilliseconds)):0} | {of.Count()} |\n"));
    }

    static IEnumerable<string> Names(Results results, string store, string kind) => results.Turns.Where(t => t.Store == store && t.Kind == kind).Select(t => t.Name).Distinct(StringComparer.Ordinal);

    static string Database(Sum s) => s.DatabaseMs > 0 ? Text.Of($"{s.DatabaseMs:0.00}") : "–";

    static string Figure(double value) => value < 10 ? Text.Of($"{value:0.00}") : Text.Of($"{value:0}");
}
