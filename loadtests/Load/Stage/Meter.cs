using System.Diagnostics;
using Doseline.Load.Drive;
using Doseline.Load.Report;

namespace Doseline.Load.Stage;

/// <summary>What a turn costs: read before and after it.</summary>
sealed class Meter
{
    readonly Arm arm;
    readonly long began;
    readonly double server, database, driver, allocated;
    readonly Counts? counts;

    Meter(Arm arm, double allocated, Counts? counts)
    {
        (this.arm, this.allocated, this.counts) = (arm, allocated, counts);
        (server, database, driver) = Cpu(arm);
        began = Stopwatch.GetTimestamp();
    }

    /// <summary>Begins.</summary>
    public static async Task<Meter> StartAsync(Arm arm, CancellationToken cancel) =>
        new(arm, await ServerCounters.AllocatedBytesAsync(arm.Platform.Probe, cancel), await arm.Store.CountAsync(cancel));

    /// <summary>Ends.</summary>
    /// <param name="kind">What was done.</param>
    /// <param name="name">As a reader is told.</param>
    /// <param name="units">What counts.</param>
    /// <param name="tally">What became of the calls.</param>
    /// <param name="took">To the last answer.</param>
    /// <param name="missing">Effects that had not happened when patience ended.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<Turn> StopAsync(string kind, string name, long units, Tally tally, TimeSpan took, long missing, CancellationToken cancel)
    {
        var drained = Stopwatch.GetElapsedTime(began);
        var (serverNow, databaseNow, driverNow) = Cpu(arm);
        var countsNow = await arm.Store.CountAsync(cancel);
        return new Turn
        {
            Store = arm.Store.Name,
            Arm = arm.Name,
            Kind = kind,
            Name = name,
            Units = units,
            Faults = tally.Outcomes.Where(o => o.Key != Tally.Ok).Sum(o => o.Value),
            Outcomes = new SortedDictionary<string, long>(tally.Outcomes.ToDictionary(), StringComparer.Ordinal),
            SecondsAnswered = took.TotalSeconds,
            SecondsDrained = drained.TotalSeconds,
            Missing = missing,
            P50Milliseconds = tally.Latency.At(0.5),
            P99Milliseconds = tally.Latency.At(0.99),
            MaxMilliseconds = tally.Latency.MaxMilliseconds,
            DriverLateMilliseconds = tally.StartDelay.At(0.99),
            ServerCpuSeconds = serverNow - server,
            DatabaseCpuSeconds = databaseNow - database,
            DriverCpuSeconds = driverNow - driver,
            AllocatedBytes = await ServerCounters.AllocatedBytesAsync(arm.Platform.Probe, cancel) - allocated,
            Commands = countsNow?.Commands - counts?.Commands,
            Commits = await arm.Store.CommitsAsync(counts, countsNow, cancel),
        };
    }

    static (double Server, double Database, double Driver) Cpu(Arm arm) =>
        (Processes.CpuSeconds(arm.Platform.Pid, withChildren: false), Processes.CpuSeconds(arm.Store.Pid, withChildren: true), Processes.CpuSeconds(Environment.ProcessId, withChildren: false));
}
