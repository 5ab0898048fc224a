namespace Doseline.Trace;

/// <summary>A row as it stands, after its verdict was held against the tests.</summary>
/// <param name="Row">The row.</param>
/// <param name="Standing">How far it is shown; never more than its verdict says.</param>
/// <param name="Missing">What is not shown.</param>
/// <param name="Tests">The tests that are there and show it.</param>
sealed record Judged(ContractRow Row, Standing Standing, string Missing, IReadOnlyList<string> Tests);

/// <summary>Holds verdicts against the tests in the sources: what a person said of a row is true only for as long as each test it rests on is there and is run.</summary>
static class Judgement
{
    /// <summary>Judges every row.</summary>
    /// <param name="rows">The contract.</param>
    /// <param name="verdicts">What is said of them.</param>
    /// <param name="tests">The tests in the sources.</param>
    /// <param name="faults">What does not fit together; each is a reason to refuse the whole.</param>
    public static IReadOnlyList<Judged> Of(IReadOnlyList<ContractRow> rows, IReadOnlyDictionary<string, Verdict> verdicts, IReadOnlyList<SourceTest> tests, out IReadOnlyList<string> faults)
    {
        var byName = tests.ToLookup(t => t.Name, StringComparer.Ordinal);
        List<string> found = [];
        var known = rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var row in verdicts.Keys.Where(id => !known.Contains(id))) found.Add($"there is a verdict on {row}, which the contract does not have");
        foreach (var test in tests)
        {
            foreach (var row in test.Rows.Where(r => !known.Contains(r))) found.Add($"{test.Name} names {row}, which the contract does not have");
            foreach (var row in test.Rows.Where(r => known.Contains(r) && verdicts.GetValueOrDefault(r)?.Tests.Contains(test.Name) is not true))
                found.Add($"{test.Name} names {row}, whose verdict does not rest on it");
        }

        List<Judged> judged = [.. rows.Select(row => One(row, verdicts.GetValueOrDefault(row.Id), byName, found))];
        faults = found;
        return judged;
    }

    static Judged One(ContractRow row, Verdict? verdict, ILookup<string, SourceTest> byName, List<string> faults)
    {
        if (verdict is null) return new Judged(row, Standing.Open, "", []);
        if (verdict.Standing is Standing.Partly && verdict.Missing.Length == 0) faults.Add($"{row.Id} is partly shown, and nothing says what is missing");
        if (verdict.Standing is Standing.Full && verdict.Missing.Length > 0) faults.Add($"{row.Id} is called full, and something is said to be missing");
        if (verdict.Standing is Standing.Open || verdict.Tests is []) faults.Add($"{row.Id} has a verdict that rests on no test; an open row has none");

        List<string> shown = [], lost = [];
        foreach (var name in verdict.Tests)
        {
            var test = byName[name].FirstOrDefault();
            if (test is null) lost.Add($"{name} is not there");
            else if (test.Skipped) lost.Add($"{name} is skipped");
            else shown.Add(name);
            if (test is not null && !test.Rows.Contains(row.Id)) faults.Add($"the verdict on {row.Id} rests on {name}, which does not name it");
        }

        faults.AddRange(lost.Select(l => $"the verdict on {row.Id} rests on a test that shows nothing: {l}"));
        var standing = shown is [] ? Standing.Open : lost is [] ? verdict.Standing : Standing.Partly;
        return new Judged(row, standing, string.Join(' ', new[] { verdict.Missing, lost is [] ? "" : $"{string.Join("; ", lost)}." }.Where(s => s.Length > 0)), shown);
    }
}
