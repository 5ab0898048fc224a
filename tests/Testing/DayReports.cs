using System.Globalization;
using System.Text.RegularExpressions;

namespace Doseline.Testing;

/// <summary>Reports of days, for comparing.</summary>
public static partial class DayReports
{
    // A sum of the same amounts in another order differs in the last of its twelve digits, and in no more.
    const double SumTolerance = 1e-11;

    /// <summary>The lines in which the reports of an undisturbed day and of a killed one differ.</summary>
    /// <remarks>
    /// Identifiers differ from run to run. How many rows the trail has may differ: people sign in again after a kill, a restart before anybody has signed in makes a new one-time
    /// password, and which of two publishers' facts comes first decides how many steps a row takes.
    /// </remarks>
    public static IReadOnlyList<string> Differences(string undisturbed, string killed)
    {
        var (one, other) = (Lines(undisturbed), Lines(killed));
        List<string> differences = [.. one.Zip(other).Select((pair, line) => (pair, line)).Where(p => !Same(p.pair.First, p.pair.Second))
            .Select(p => $"{p.line}: {p.pair.First.Trim()} | {p.pair.Second.Trim()}")];
        if (one.Length != other.Length) differences.Add($"{one.Length} lines | {other.Length} lines");
        return differences;
    }

    static string[] Lines(string json) => TrailRows().Replace(Identifiers().Replace(json, "id"), "rows").Split('\n');

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

    [GeneratedRegex("[0-9]+ (audit )?rows")]
    private static partial Regex TrailRows();

    // A line that is a name and a number with a fraction: an activity in becquerels.
    [GeneratedRegex("""^\s*(?<name>"[^"]+"): (?<number>-?[0-9]+\.[0-9]+(E[+-]?[0-9]+)?),?\r?$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Amount();
}
