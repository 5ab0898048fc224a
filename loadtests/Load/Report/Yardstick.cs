using System.Globalization;
using System.Text.RegularExpressions;

namespace Doseline.Load.Report;

/// <summary>What pgbench reached on the same PostgreSQL, inserting the rows of an order and nothing else.</summary>
/// <param name="Clients">Clients at a time.</param>
/// <param name="PerSecond">Transactions a second.</param>
/// <param name="MeanMilliseconds">Mean latency of a transaction.</param>
sealed partial record Yardstick(int Clients, double PerSecond, double MeanMilliseconds)
{
    public static Yardstick Parse(string output) => new(
        int.Parse(ClientCount().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture),
        double.Parse(Tps().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture),
        double.Parse(Latency().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"number of clients: (?<n>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ClientCount();

    [GeneratedRegex(@"tps = (?<n>[0-9.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tps();

    [GeneratedRegex(@"latency average = (?<n>[0-9.]+) ms", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Latency();
}
