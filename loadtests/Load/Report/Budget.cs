using System.Text.Json;

namespace Doseline.Load.Report;

/// <summary>What a phase must keep.</summary>
/// <param name="Phase">Name of the phase.</param>
/// <param name="P99Milliseconds">Greatest 99th percentile, in milliseconds.</param>
/// <param name="ErrorsMax">Most calls that may end otherwise than accepted.</param>
/// <param name="RatePerSecond">Least rate answered, in calls a second, within 3 % for the last answers on their way.</param>
sealed record Line(string Phase, double P99Milliseconds, long ErrorsMax, double RatePerSecond);

/// <summary>What must hold, from a file.</summary>
sealed record Budget(IReadOnlyList<Line> Lines)
{
    public static Budget Read(FileInfo file) => JsonSerializer.Deserialize<Budget>(File.ReadAllText(file.FullName), Results.Json)!;

    /// <summary>What does not hold, a sentence each.</summary>
    public IReadOnlyList<string> Check(RunResult result)
    {
        List<string> broken = [];
        foreach (var line in Lines)
        {
            if (result.Phases.FirstOrDefault(p => p.Name == line.Phase) is not { } phase)
            {
                broken.Add($"{line.Phase}: was not played");
                continue;
            }

            if (phase.P99Milliseconds > line.P99Milliseconds) broken.Add(Text.Of($"{line.Phase}: p99 is {phase.P99Milliseconds:0.0} ms, more than {line.P99Milliseconds:0.#} ms"));
            if (phase.Errors > line.ErrorsMax) broken.Add(Text.Of($"{line.Phase}: {phase.Errors} calls failed, more than {line.ErrorsMax}"));
            if (phase.RateAnswered < 0.97 * line.RatePerSecond) broken.Add(Text.Of($"{line.Phase}: {phase.RateAnswered:0.0} a second were answered, fewer than {line.RatePerSecond:0.#}"));
        }

        return broken;
    }
}
