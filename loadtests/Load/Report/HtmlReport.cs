using System.Net;
using System.Text;

namespace Doseline.Load.Report;

/// <summary>The same report as one page with charts, which needs nothing but itself.</summary>
static class HtmlReport
{
    const string Style = "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b2733}table{border-collapse:collapse;margin:1rem 0}"
        + "td,th{border:1px solid #c9d3dc;padding:.25rem .6rem;text-align:right}td:first-child,th:first-child{text-align:left}svg{background:#f7f9fb;border:1px solid #c9d3dc;margin:.5rem 0}text{font:12px system-ui,sans-serif}";

    public static string Write(IReadOnlyList<RunResult> runs, IReadOnlyList<Yardstick> yardsticks)
    {
        StringBuilder page = new($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Peak day</title><style>{Style}</style><body>\n");
        var charts = new Queue<string>(runs.Select(Charts));
        var table = false;
        foreach (var line in MarkdownReport.Write(runs, yardsticks).Split('\n'))
        {
            if (line.StartsWith("|--", StringComparison.Ordinal) || line.StartsWith("|:", StringComparison.Ordinal)) continue;
            if (line is ['|', ..])
            {
                var cell = table ? "td" : "th";
                if (!table) page.Append("<table>");
                table = true;
                page.Append("<tr>").AppendJoin("", line.Trim('|').Split('|').Select(c => $"<{cell}>{WebUtility.HtmlEncode(c.Trim())}</{cell}>")).Append("</tr>\n");
                continue;
            }

            if (table) page.Append("</table>\n");
            table = false;
            var text = WebUtility.HtmlEncode(line.TrimStart('#', ' ').Replace("**", "", StringComparison.Ordinal));
            if (line.StartsWith("# ", StringComparison.Ordinal)) page.Append($"<h1>{text}</h1>\n");
            else if (line.StartsWith("## ", StringComparison.Ordinal)) page.Append($"<h2>{text}</h2>\n").Append(charts.TryDequeue(out var chart) ? chart : "");
            else if (text.Length > 0) page.Append($"<p>{text}</p>\n");
        }

        return page.Append(table ? "</table>" : "").Append("</body></html>\n").ToString();
    }

    static string Charts(RunResult run)
    {
        var orders = run.Phases[0];
        StringBuilder charts = new();
        charts.Append(new Chart("Latency of the orders by the second in which they were due", "seconds", "ms", LogY: true)
        {
            Series = [new("p99", [.. orders.BySecond.Select((s, i) => (i, s.P99))]), new("p50", [.. orders.BySecond.Select((s, i) => (i, s.P50))])],
        }.ToSvg());
        charts.Append(new Chart("Orders answered by the second", "seconds", "orders/s", LogY: false) { Series = [new("answered", [.. orders.BySecond.Select((s, i) => (i, (double)s.Answered))])] }.ToSvg());
        charts.Append(new Chart("Latency by share of calls (each step leaves a tenth)", "nines", "ms", LogY: true)
        {
            Series = [.. run.Phases.Take(4).Select(p => new Series(p.Name, [.. PhaseResult.Shares.Zip(p.Milliseconds, (s, m) => (-Math.Log10(1 - s), m))]))],
        }.ToSvg());
        if (run.Phases.Count > 1)
        {
            charts.Append(new Chart("p99 by rate", "orders/s asked", "ms", LogY: true) { Series = [new("p99", [.. run.Phases.Skip(1).Select(p => (p.RateAsked, p.P99Milliseconds))])] }.ToSvg());
        }

        return charts.ToString();
    }
}
