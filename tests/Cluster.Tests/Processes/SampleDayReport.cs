using System.Globalization;
using System.Text.RegularExpressions;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>A day's report for comparing: without identifiers, which differ from run to run; everything else must not.</summary>
static partial class SampleDayReport
{
    /// <summary>A sum of the same amounts in another order differs in its last digits, and in no more.</summary>
    const double SumTolerance = 1e-12;

    /// <summary>Replaces identifiers, and the number of audit rows: a restart before anybody has signed in makes a new one-time password, and which of two publishers' facts comes first decides how many steps a row takes.</summary>
    public static string WithoutIds(string json) => Steps().Replace(Identifiers().Replace(json, "id"), "audit rows");

    /// <summary>The lines in which two reports differ.</summary>
    public static IReadOnlyList<string> Differences(string expected, string actual)
    {
        var (one, other) = (expected.Split('\n'), actual.Split('\n'));
        List<string> differences = [.. one.Zip(other).Select((pair, line) => (pair, line)).Where(p => !Same(p.pair.First, p.pair.Second))
            .Select(p => $"{p.line}: {p.pair.First.Trim()} | {p.pair.Second.Trim()}")];
        if (one.Length != other.Length) differences.Add($"{one.Length} lines | {other.Length} lines");
        return differences;
    }

    static bool Same(string one, string other)
    {
        if (one == other) return true;
        var (a, b) = (Amount().Match(one), Amount().Match(other));
        if (!a.Success || !b.Success || a.Groups["name"].Value != b.Groups["name"].Value) return false;
        var (x, y) = (Number(a), Number(b));
        return Math.Abs(x - y) <= SumTolerance * Math.Abs(x);
    }

    static double Number(Match line) => double.Parse(line.Groups["number"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}[0-9abcdefghjkmnpqrstvwxyz*~$=u]")]
    private static partial Regex Identifiers();

    [GeneratedRegex("[0-9]+ audit rows")]
    private static partial Regex Steps();

    // A line that is a name and a number with a fraction: an activity in becquerels.
    [GeneratedRegex("""^\s*(?<name>"[^"]+"): (?<number>-?[0-9]+\.[0-9]+(E[+-]?[0-9]+)?),?\r?$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Amount();
}
