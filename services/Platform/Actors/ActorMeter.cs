using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Doseline.Platform.Actors;

/// <summary>Metrics of actors and their deadlines (meter <c>Doseline.Actors</c>).</summary>
public sealed class ActorMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Doseline.Actors";

    readonly ConcurrentDictionary<string, double> overdue = new(StringComparer.Ordinal);
    readonly Meter meter;
    readonly Counter<long> reads;
    readonly Counter<long> lost;
    readonly Histogram<double> lateness;

    /// <summary>Makes the instruments.</summary>
    public ActorMeter()
    {
        meter = new Meter(MeterName);
        reads = meter.CreateCounter<long>("actor_reads", "{read}", "Times an actor read its row: once in its life, and whenever somebody else may have changed it.");
        lost = meter.CreateCounter<long>("actor_races_lost", "{race}", "Turns whose save was lost because somebody else had changed the row.");
        lateness = meter.CreateHistogram("deadline_lateness_seconds", "s", "How long after it was due a deadline came to pass.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.5, 1, 2, 5, 30, 300] });
        meter.CreateObservableGauge("deadline_overdue_seconds", () => overdue.Select(o => new Measurement<double>(o.Value, new KeyValuePair<string, object?>("service", o.Key))), "s", "How long the earliest deadline has been due and has not come to pass.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    /// <summary>Counts nothing of each kind, and one deadline that was not late, so that the first of all is a step that a scraper sees.</summary>
    internal void Begin(IEnumerable<ActorKind> kinds)
    {
        foreach (var kind in kinds)
        {
            reads.Add(0, Tags(kind));
            lost.Add(0, Tags(kind));
            Late(kind, TimeSpan.Zero);
        }
    }

    internal void Read(ActorKind kind) => reads.Add(1, Tags(kind));

    internal void Lost(ActorKind kind) => lost.Add(1, Tags(kind));

    internal void Late(ActorKind kind, TimeSpan by) => lateness.Record(Math.Max(0, by.TotalSeconds), Tags(kind));

    internal void Overdue(string service, TimeSpan by) => overdue[service] = Math.Max(0, by.TotalSeconds);

    static KeyValuePair<string, object?>[] Tags(ActorKind kind) => [new("service", kind.Service), new("actor_type", kind.Type)];
}
