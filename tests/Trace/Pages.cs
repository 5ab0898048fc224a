using System.Globalization;
using System.Text;

namespace Doseline.Trace;

/// <summary>The pages that are drawn from the trace.</summary>
static class Pages
{
    /// <summary><c>docs/requirements.md</c>.</summary>
    public static string Requirements(IReadOnlyList<Judged> rows)
    {
        StringBuilder text = new();
        text.AppendLine("# Requirements and their trace\n");
        text.AppendLine("Drawn by `tests/trace.sh` from the rows of `docs/requirements-contract.md`, the verdicts in `tests/verdicts`, and the tests as they stand in the sources; do not edit.");
        text.AppendLine("*full*: the tests show the text of \"Tested by\" to its number. *partly*: they show a part, and a sentence says what is missing. *open*: nothing shows it.");
        text.AppendLine("A row whose test is deleted, renamed or skipped falls back by itself.\n");
        text.AppendLine(CultureInfo.InvariantCulture, $"{Count(rows, Standing.Full)} full, {Count(rows, Standing.Partly)} partly, {Count(rows, Standing.Open)} open, of {rows.Count} rows.\n");
        text.AppendLine("| Row | Requirement | Verdict | What is missing | Tests |\n| --- | --- | --- | --- | --- |");
        foreach (var row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Row.Id} | {row.Row.Title} | {Word(row.Standing)} | {row.Missing} | {Tests(row.Tests)} |");
        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary><c>docs/part11.md</c>: the crosswalk of Part 11 and Annex 11, from <c>docs/part11-clauses.md</c> and the tests that name a clause.</summary>
    public static string Part11(string clauses, IReadOnlyList<SourceTest> tests, List<string> faults)
    {
        var named = tests.Where(t => !t.Skipped).SelectMany(t => t.Clauses.Distinct(StringComparer.Ordinal).Select(c => (Clause: c, t.Name))).ToLookup(t => t.Clause, t => t.Name, StringComparer.Ordinal);
        List<string[]> rows = [.. File.ReadLines(clauses).Where(l => l.StartsWith("| 21 CFR", StringComparison.Ordinal) || l.StartsWith("| Annex", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries))];
        faults.AddRange(named.Select(t => t.Key).Except(rows.Select(r => r[1]), StringComparer.Ordinal).Select(c => $"a test names the clause {c}, which docs/part11-clauses.md does not have"));
        StringBuilder text = new();
        text.AppendLine("# 21 CFR Part 11 and EU GMP Annex 11: crosswalk\n");
        text.AppendLine("Drawn by `tests/trace.sh` from `docs/part11-clauses.md` and from `[Clause(\"…\")]` on the tests; do not edit.");
        text.AppendLine("*tested*: the tests named show how it is met. *site*: no software can do it. *open*: no test names it.\n");
        text.AppendLine("| Clause | It asks | How it is met | Verdict | Tests |\n| --- | --- | --- | --- | --- |");
        foreach (var row in rows)
        {
            List<string> shown = [.. named[row[1]].Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row[1]} | {row[2]} | {row[3]} | {(shown is not [] ? "tested" : row[3] is "Site" ? "site" : "open")} | {Tests(shown)} |");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    static int Count(IReadOnlyList<Judged> rows, Standing standing) => rows.Count(r => r.Standing == standing);

    static string Word(Standing standing) => standing switch
    {
        Standing.Full => "**full**",
        Standing.Partly => "partly",
        _ => "open",
    };

    static string Tests(IReadOnlyList<string> names) => string.Join("<br>", names.Select(n => n.Replace("_", "\\_", StringComparison.Ordinal)));
}
