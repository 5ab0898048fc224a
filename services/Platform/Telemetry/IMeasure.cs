using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Telemetry;

/// <summary>Something that is looked up when metrics are scraped, because nothing tells of it by itself: the age of what waits, what is used of a limit.</summary>
public interface IMeasure
{
    /// <summary>Looks it up, and keeps it for the gauges that show it.</summary>
    Task MeasureAsync(CancellationToken cancel);
}

/// <summary>Looks everything up before a scrape, at most every few seconds however often it is asked; what fails keeps its last value.</summary>
public sealed class Measures(IEnumerable<IMeasure> all, ILogger<Measures> log) : IDisposable
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    readonly SemaphoreSlim one = new(1, 1);
    long measured;

    /// <summary>Looks everything up.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A database that is away must not hide the metrics that say so.")]
    public async Task RefreshAsync(CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            if (measured != 0 && Stopwatch.GetElapsedTime(measured) < Fresh) return;
            foreach (var measure in all)
            {
                try
                {
                    await measure.MeasureAsync(cancel);
                }
                catch (Exception fault) when (!cancel.IsCancellationRequested)
                {
                    log.LogWarning(fault, "{Measure} could not be looked up", measure.GetType().Name);
                }
            }

            measured = Stopwatch.GetTimestamp();
        }
        finally
        {
            one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();
}
