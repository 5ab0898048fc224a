namespace Doseline.Load.Report;

/// <summary>Turns of the same kind together.</summary>
/// <param name="turns">At least one.</param>
sealed class Sum(IReadOnlyList<Turn> turns)
{
    /// <summary>Units for each second until everything had happened.</summary>
    public double KeptUp => Units / turns.Sum(t => t.SecondsDrained);

    /// <summary>Units for each second until all were answered.</summary>
    public double Answered => Units / turns.Sum(t => t.SecondsAnswered);

    /// <summary>Processor time of the server for each unit, in milliseconds.</summary>
    public double ServerMs => Each(t => 1000 * t.ServerCpuSeconds);

    /// <summary>Processor time of the database for each unit, in milliseconds; 0 when it works in the server.</summary>
    public double DatabaseMs => Each(t => 1000 * t.DatabaseCpuSeconds);

    /// <summary>Both.</summary>
    public double CpuMs => ServerMs + DatabaseMs;

    /// <summary>Processor time of the driver for each unit, in milliseconds.</summary>
    public double DriverMs => Each(t => 1000 * t.DriverCpuSeconds);

    /// <summary>Allocated for each unit.</summary>
    public double KiB => Each(t => t.AllocatedBytes / 1024);

    /// <summary>SQL commands for each unit; null when nobody counted.</summary>
    public double? Commands => turns.All(t => t.Commands is not null) ? Each(t => t.Commands!.Value) : null;

    /// <summary>Commits with writes for each unit; null when nobody counted.</summary>
    public double? Commits => turns.All(t => t.Commits is not null) ? Each(t => t.Commits!.Value) : null;

    /// <summary>Median of the worst turn.</summary>
    public double P50 => turns.Max(t => t.P50Milliseconds);

    /// <summary>99th percentile of the worst turn.</summary>
    public double P99 => turns.Max(t => t.P99Milliseconds);

    /// <summary>What ended otherwise than hoped, and what never happened.</summary>
    public long Faults => turns.Sum(t => t.Faults + t.Missing);

    double Units => turns.Sum(t => t.Units);

    double Each(Func<Turn, double> of) => turns.Sum(of) / Units;
}
