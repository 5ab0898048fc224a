using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Telemetry;

/// <summary>Something that is looked up when metrics are scraped, because nothing tells of it by itself: the age of what waits, what is used of a limit.</summary>
public interface IMeasure
{
    /// <summary>Looks it up, and keeps it for the gauges that show it.</summary>
    Task MeasureAsync(CancellationToken cancel);
}

/// <summary>
/// Looks everything up before a scrape, at most every few seconds however often it is asked. What fails keeps its last value, and how old that is is a
/// series of its own (meter <c>Doseline.Watch</c>); what hangs holds up no scrape for longer than a scraper waits.
/// </summary>
public sealed class Measures : IDisposable
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // Prometheus gives a scrape up after 10 s unless it is told otherwise.
    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(8);

    readonly IReadOnlyList<IMeasure> all;
    readonly TimeProvider clock;
    readonly ILogger<Measures> log;
    readonly Meter meter = new("Doseline.Watch");
    readonly CancellationTokenSource disposed = new();
    readonly ConcurrentDictionary<string, DateTimeOffset> succeeded = new(StringComparer.Ordinal);
    readonly Lock guard = new();
    Task running = Task.CompletedTask;
    DateTimeOffset? began;

    /// <summary>Makes the instrument.</summary>
    public Measures(IEnumerable<IMeasure> all, TimeProvider clock, ILogger<Measures> log)
    {
        (this.all, this.clock, this.log) = ([.. all], clock, log);
        foreach (var measure in this.all) succeeded[NameOf(measure)] = clock.GetUtcNow();
        meter.CreateObservableGauge("measure_age_seconds", () => succeeded.Select(m => new Measurement<double>((clock.GetUtcNow() - m.Value).TotalSeconds, new KeyValuePair<string, object?>("measure", m.Key))),
            "s", "How long ago what a gauge shows was looked up; since the start, where it never was.");
    }

    /// <summary>Looks everything up.</summary>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        Task run;
        lock (guard)
        {
            if (running.IsCompleted && (began is null || clock.GetUtcNow() - began >= Fresh)) (running, began) = (Task.WhenAll(all.Select(MeasureAsync)), clock.GetUtcNow());
            run = running;
        }

        await run.WaitAsync(WaitMax, WallClock.Pace, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed.Cancel();
        disposed.Dispose();
        meter.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A database that is away must not hide the metrics that say so.")]
    async Task MeasureAsync(IMeasure measure)
    {
        var cancel = disposed.Token;
        // The next does not wait for what one does before it first lets go.
        await Task.Yield();
        try
        {
            await measure.MeasureAsync(cancel);
            succeeded[NameOf(measure)] = clock.GetUtcNow();
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning(fault, "{Measure} could not be looked up", NameOf(measure));
        }
        catch (OperationCanceledException)
        {
            // The host has ended.
        }
    }

    static string NameOf(IMeasure measure) => measure.GetType().Name;
}
