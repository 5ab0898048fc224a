using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>State of a print job.</summary>
public enum JobState
{
    /// <summary>Waits for the printer.</summary>
    Queued,

    /// <summary>The printer gave it out.</summary>
    Printed,

    /// <summary>Scanned and right.</summary>
    Verified,

    /// <summary>The printer could not.</summary>
    Failed,
}

/// <summary>What became of a label.</summary>
public enum Fate
{
    /// <summary>Not decided.</summary>
    Open,

    /// <summary>On its dose.</summary>
    Applied,

    /// <summary>Out of use.</summary>
    Voided,

    /// <summary>Destroyed.</summary>
    Destroyed,
}

/// <summary>What happens to a label.</summary>
public enum LabelAct
{
    /// <summary>The printer gave it out.</summary>
    Print,

    /// <summary>The printer could not.</summary>
    Fail,

    /// <summary>The printer is to try again.</summary>
    Retry,

    /// <summary>A scan agreed with the record.</summary>
    Verify,

    /// <summary>It was put on the dose.</summary>
    Apply,

    /// <summary>It was taken out of use.</summary>
    Void,

    /// <summary>It was destroyed.</summary>
    Destroy,
}

/// <summary>The life of a label: every act that is possible, and nothing else.</summary>
public static class LabelLife
{
    static readonly Dictionary<(JobState, Fate, LabelAct), (JobState, Fate)> Steps = Table();

    /// <summary>State and fate after an act, or why it is not possible. A cancelled job can therefore not come out of a printer that was away.</summary>
    public static Decision<(JobState State, Fate Fate)> Next(string printId, JobState state, Fate fate, LabelAct act) =>
        Steps.TryGetValue((state, fate, act), out var next)
            ? next
            : Refusal.State($"labels/{printId}", "LABEL_ACT_ILLEGAL", $"Label {printId} is {Name(state)} and {Name(fate)}; {Name(act)} is not possible.")
                .With("print_id", printId).With("state", Name(state)).With("fate", Name(fate)).With("act", Name(act));

    static Dictionary<(JobState, Fate, LabelAct), (JobState, Fate)> Table()
    {
        Dictionary<(JobState, Fate, LabelAct), (JobState, Fate)> steps = new()
        {
            [(JobState.Queued, Fate.Open, LabelAct.Print)] = (JobState.Printed, Fate.Open),
            [(JobState.Queued, Fate.Open, LabelAct.Fail)] = (JobState.Failed, Fate.Open),
            [(JobState.Failed, Fate.Open, LabelAct.Retry)] = (JobState.Queued, Fate.Open),
            // A printer that was thought away may have printed after all: it is still the one label.
            [(JobState.Failed, Fate.Open, LabelAct.Print)] = (JobState.Printed, Fate.Open),
            [(JobState.Printed, Fate.Open, LabelAct.Verify)] = (JobState.Verified, Fate.Open),
            [(JobState.Verified, Fate.Open, LabelAct.Verify)] = (JobState.Verified, Fate.Open),
            [(JobState.Verified, Fate.Applied, LabelAct.Verify)] = (JobState.Verified, Fate.Applied),
            [(JobState.Verified, Fate.Open, LabelAct.Apply)] = (JobState.Verified, Fate.Applied),
            [(JobState.Verified, Fate.Applied, LabelAct.Void)] = (JobState.Verified, Fate.Voided),
        };
        foreach (var state in Enum.GetValues<JobState>())
        {
            steps[(state, Fate.Open, LabelAct.Void)] = (state, Fate.Voided);
            steps[(state, Fate.Open, LabelAct.Destroy)] = (state, Fate.Destroyed);
            steps[(state, Fate.Voided, LabelAct.Destroy)] = (state, Fate.Destroyed);
        }

        return steps;
    }

    static string Name<T>(T value) where T : struct, Enum => value.ToString().ToUpperInvariant();
}
