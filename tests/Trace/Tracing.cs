using YamlDotNet.Core;

namespace Doseline.Trace;

/// <summary>The trace of requirements to tests.</summary>
static class Tracing
{
    /// <summary>Draws the pages, or checks them against the sources and the last run.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="check">True to change nothing: pages that are not what the sources say are faults.</param>
    /// <param name="results">True to hold the last run against the rows as well: one whose test failed or did not run is a fault.</param>
    /// <returns>0 when everything fits.</returns>
    public static int Run(string root, bool check, bool results)
    {
        IReadOnlyDictionary<string, Verdict> verdicts;
        try
        {
            verdicts = Verdict.Read(Path.Combine(root, "tests", "verdicts"));
        }
        catch (Exception unread) when (unread is YamlException or ArgumentException)
        {
            Console.WriteLine($"not ok a file of tests/verdicts does not read: {unread.Message}");
            return 1;
        }

        var tests = TestSources.Read(Path.Combine(root, "tests"));
        var rows = Judgement.Of(ContractRow.Read(Path.Combine(root, "docs", "requirements-contract.md")), verdicts, tests, out var misfits);
        List<string> faults = [.. misfits];
        Page("requirements.md", Pages.Requirements(rows));
        Page("part11.md", Pages.Part11(Path.Combine(root, "docs", "part11-clauses.md"), tests, faults));
        if (results)
        {
            var last = Results.Read(Path.Combine(root, "TestResults"));
            faults.AddRange(from row in rows from test in row.Tests let against = last.Against(test) where against is not null
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
