using System.Globalization;
using System.Text.RegularExpressions;

namespace Doseline.Load.Report;

/// <summary>What pgbench reached on the same PostgreSQL, inserting the rows of an order and nothing else.</summary>
/// <param name="Clients">Clients at a time.</param>
/// <param name="PerSecond">Transactions a second.</param>
/// <param name="MeanMilliseconds">Mean latency of a transaction.</param>
/// <param name="DatabaseCpuMilliseconds">PostgreSQL's processor time for each transaction.</param>
sealed partial record Yardstick(int Clients, double PerSecond, double MeanMilliseconds, double DatabaseCpuMilliseconds)
{
    /// <summary>Reads what pgbench printed.</summary>
    public static Yardstick Parse(string output, double databaseCpuSeconds) => new(
        int.Parse(ClientCount().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture),
        Number(Tps(), output), Number(Latency(), output), 1000 * databaseCpuSeconds / Number(Done(), output));

    static double Number(Regex of, string output) => double.Parse(of.Match(output).Groups["n"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"number of clients: (?<n>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ClientCount();

    [GeneratedRegex(@"tps = (?<n>[0-9.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tps();

    [GeneratedRegex(@"latency average = (?<n>[0-9.]+) ms", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Latency();

    [GeneratedRegex(@"transactions actually processed: (?<n>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Done();
}
