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
        int.Parse(Clients_().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
        double.Parse(Tps().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
        double.Parse(Latency().Match(output).Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"number of clients: (\d+)")]
    private static partial Regex Clients_();

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();

    [GeneratedRegex(@"latency average = ([0-9.]+) ms")]
    private static partial Regex Latency();
}
