using System.Diagnostics.Metrics;
using Doseline.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Doseline.Testing.Faults;

/// <summary>
/// Ends the process right after one of its commits, before anybody learns of it. What a process holds is lost and what it committed is not, so to die
/// anywhere between two commits leaves what it leaves to die right after the first: every crash point is one of these.
/// </summary>
/// <param name="at">After which commit, counted from 1 over all services; null for none, to count them.</param>
public sealed class CommitCrash(int? at) : IDisposable
{
    MeterListener listener = new();
    int commits;
    string service = "";

    /// <summary>False while nothing is counted.</summary>
    public bool Active { get; set; }

    /// <summary>Commits so far.</summary>
    public int Commits => commits;

    /// <summary>True once the process has died and none has taken its place.</summary>
    public bool IsDown { get; private set; }

    /// <summary>Where it died; empty before.</summary>
    public string Where => service is "" ? "" : $"after commit {at}, of {service}";

    /// <summary>Watches a process that takes the place of the one before it.</summary>
    public void Watch(IServiceProvider process)
    {
        listener.Dispose();
        IsDown = false;
        var meter = process.GetRequiredService<LaneMeter>().Meter;
        listener = new MeterListener
        {
            InstrumentPublished = (instrument, watching) =>
            {
                if (ReferenceEquals(instrument.Meter, meter) && instrument.Name is "write_commits") watching.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (count > 0 && Active) Committed(process, $"{tags[0].Value}");
        });
        listener.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    // Told in the midst of the work, between the commit and its answer: what is thrown here is all that the one who waits gets.
    void Committed(IServiceProvider process, string by)
    {
        if (!IsDown && Interlocked.Increment(ref commits) != at) return;
        if (!IsDown) service = by;
        IsDown = true;
        process.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        throw new SimulatedCrashException(Where);
    }
}
