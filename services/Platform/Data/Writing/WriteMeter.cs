using System.Diagnostics.Metrics;

namespace Doseline.Platform.Data.Writing;

/// <summary>Counts what is written: sets, statements, and the commits that they share.</summary>
public sealed class WriteMeter : IDisposable
{
    readonly Counter<long> commits;
    readonly Counter<long> sets;
    readonly Counter<long> statements;
    readonly Counter<long> isolated;

    /// <summary>Makes the instruments.</summary>
    public WriteMeter()
    {
        commits = Meter.CreateCounter<long>("write_commits", "{commit}", "Transactions that were committed.");
        sets = Meter.CreateCounter<long>("write_sets", "{set}", "Write sets that were committed; over commits, how many share one.");
        statements = Meter.CreateCounter<long>("write_statements", "{statement}", "Statements of those sets.");
        isolated = Meter.CreateCounter<long>("write_sets_isolated", "{set}", "Write sets that were tried alone, because one that shared their transaction could not be written.");
    }

    internal Meter Meter { get; } = new("Doseline.Writing");

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    internal void Committed(string service, int setCount, int statementCount)
    {
        KeyValuePair<string, object?> tag = new("service", service);
        commits.Add(1, tag);
        sets.Add(setCount, tag);
        statements.Add(statementCount, tag);
    }

    internal void Isolated(string service, int setCount) => isolated.Add(setCount, new KeyValuePair<string, object?>("service", service));
}
