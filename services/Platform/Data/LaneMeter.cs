using System.Diagnostics.Metrics;

namespace Doseline.Platform.Data;

/// <summary>Counts what is written, sets, statements, and the commits that they share; and what is looked up, and the messages that share it.</summary>
public sealed class LaneMeter : IDisposable
{
    readonly Counter<long> commits;
    readonly Counter<long> sets;
    readonly Counter<long> statements;
    readonly Counter<long> isolated;
    readonly Histogram<double> logWaits;
    readonly Counter<long> messages;
    readonly Counter<long> lookups;

    /// <summary>Makes the instruments.</summary>
    public LaneMeter()
    {
        commits = Meter.CreateCounter<long>("write_commits", "{commit}", "Transactions that were committed.");
        sets = Meter.CreateCounter<long>("write_sets", "{set}", "Write sets that were committed; over commits, how many share one.");
        statements = Meter.CreateCounter<long>("write_statements", "{statement}", "Statements of those sets.");
        isolated = Meter.CreateCounter<long>("write_sets_isolated", "{set}", "Write sets that were tried alone, because one that shared their transaction could not be written.");
        logWaits = Meter.CreateHistogram("fact_lock_wait_seconds", "s", "How long a commit with facts waited for those before it; PostgreSQL only.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10] });
        messages = Meter.CreateCounter<long>("read_messages", "{message}", "Messages that looked rows up.");
        lookups = Meter.CreateCounter<long>("read_lookups", "{lookup}", "Look-ups of those messages; over messages, how many share one.");
    }

    internal Meter Meter { get; } = new("Doseline.Lanes");

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>Counts nothing at each service, and one wait of no length, so that the first of all is a step that a scraper sees.</summary>
    internal void Begin(IEnumerable<string> services)
    {
        foreach (var service in services)
        {
            Committed(service, 0, 0);
            WaitedForLog(service, TimeSpan.Zero);
            isolated.Add(0, new KeyValuePair<string, object?>("service", service));
        }
    }

    internal void Committed(string service, int setCount, int statementCount)
    {
        KeyValuePair<string, object?> tag = new("service", service);
        commits.Add(setCount > 0 ? 1 : 0, tag);
        sets.Add(setCount, tag);
        statements.Add(statementCount, tag);
    }

    internal void WaitedForLog(string service, TimeSpan time) => logWaits.Record(time.TotalSeconds, new KeyValuePair<string, object?>("service", service));

    internal void LookedUp(string service, int count)
    {
        KeyValuePair<string, object?> tag = new("service", service);
        messages.Add(1, tag);
        lookups.Add(count, tag);
    }

    internal void Isolated(string service, int setCount) => isolated.Add(setCount, new KeyValuePair<string, object?>("service", service));
}
