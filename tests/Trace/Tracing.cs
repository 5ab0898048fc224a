namespace Doseline.Trace;

/// <summary>The trace of requirements to tests.</summary>
static class Tracing
{
    /// <summary>Draws the pages, or checks them against the sources and the last run.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="check">True to change nothing: pages that are not what the sources say, and rows whose tests failed in the last run, are faults.</param>
    /// <returns>0 when everything fits.</returns>
    public static int Run(string root, bool check)
    {
        var tests = TestSources.Read(Path.Combine(root, "tests"));
        var rows = Judgement.Of(ContractRow.Read(Path.Combine(root, "docs", "requirements-contract.md")), Verdict.Read(Path.Combine(root, "tests", "verdicts")), tests, out var misfits);
        List<string> faults = [.. misfits];
        Page("requirements.md", Pages.Requirements(rows));
        Page("part11.md", Pages.Part11(Path.Combine(root, "docs", "part11-clauses.md"), tests, faults));
        if (check)
        {
            var results = Results.Read(Path.Combine(root, "TestResults"));
            faults.AddRange(from row in rows from test in row.Tests let against = results.Against(test) where against is not null
                            select $"{row.Row.Id} rests on {test}, which {against} in this run");
        }

        foreach (var fault in faults) Console.WriteLine($"not ok {fault}");
        if (faults is []) Console.WriteLine($"ok {rows.Count(r => r.Standing is Standing.Full)} of {rows.Count} rows of the contract are shown in full, {rows.Count(r => r.Standing is Standing.Partly)} in part");
        return faults is [] ? 0 : 1;

        void Page(string name, string text)
        {
            var file = Path.Combine(root, "docs", name);
            if (!check) File.WriteAllText(file, text);
            else if (!File.Exists(file) || File.ReadAllText(file) != text) faults.Add($"docs/{name} is not what the sources say; run tests/trace.sh and commit it");
        }
    }
}
