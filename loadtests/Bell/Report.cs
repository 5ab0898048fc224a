using System.Globalization;
using System.Text;

namespace Doseline.Bell;

/// <summary>The page of what was measured.</summary>
static class Report
{
    /// <summary>Writes it.</summary>
    public static string Write(IReadOnlyList<Measured> all, string commit)
    {
        StringBuilder page = new();
        page.AppendLine("# From a commit to its effect elsewhere").AppendLine()
            .AppendLine("Written by `loadtests/bell.sh`. Orders tells of customers, Shipping keeps copies of them: a process and a PostgreSQL database each (fsync on), the double of the sidecar beside each, a real broker behind, all on one machine.")
            .AppendLine(CultureInfo.InvariantCulture, $"At {commit}, {DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} processors, load average at the end {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.").AppendLine()
            .AppendLine("A latency begins where the fact is written, before its commit, and ends where its effect is, in the listener's save. Processor time is each process's own; that of the doubles, which are not Dapr's sidecars, and of PostgreSQL is left out. Of the build before facts were a log (fda8ae0) no such figures were ever taken.").AppendLine()
            .AppendLine("| broker | facts/s, one by one | p50 ms | p99 ms | longest ms | publisher ms/fact | listener ms/fact | broker ms/fact |").AppendLine("| --- | --: | --: | --: | --: | --: | --: | --: |");
        foreach (var m in all) page.AppendLine(CultureInfo.InvariantCulture, $"| {Named(m.Broker)} | {m.Rate:F0} | {m.P50.TotalMilliseconds:F0} | {m.P99.TotalMilliseconds:F0} | {m.Max.TotalMilliseconds:F0} | {Costs(m.Single)} |");
        page.AppendLine().AppendLine("As fast as they can come, by sixteen writers:").AppendLine()
            .AppendLine("| broker | facts/s, to the last effect | publisher ms/fact | listener ms/fact | broker ms/fact |").AppendLine("| --- | --: | --: | --: | --: |");
        foreach (var m in all) page.AppendLine(CultureInfo.InvariantCulture, $"| {Named(m.Broker)} | {m.BurstRate:F0} | {Costs(m.Burst)} |");
        return page.ToString();
    }

    static string Named(string broker) => broker switch { "redis" => "Redis 7", "rabbitmq" => "RabbitMQ 3.10", _ => "none: found every 15 s" };

    static string Costs(Cost cost) => string.Create(CultureInfo.InvariantCulture, $"{cost.Publisher.TotalMilliseconds:F2} | {cost.Listener.TotalMilliseconds:F2} | {cost.Broker.TotalMilliseconds:F2}");
}
