namespace Doseline.Kernel.Time;

/// <summary>How the machine's clock stands against the time servers.</summary>
public enum ClockState
{
    /// <summary>No time server is configured: the clock is trusted as it is (a laptop, a test).</summary>
    Unwatched,

    /// <summary>No time server has answered yet, or none for too long.</summary>
    Unknown,

    /// <summary>Within the alarm limit.</summary>
    Good,

    /// <summary>Beyond the alarm limit: people are told.</summary>
    Off,

    /// <summary>Beyond the limit at which nothing may be recorded.</summary>
    Refused,
}

/// <summary>What was measured, and what it means.</summary>
/// <param name="State">What it means.</param>
/// <param name="Offset">Time servers' time minus ours, the median of those that answered; null when none did.</param>
/// <param name="Measured">When, by the machine's monotonic clock; null when never.</param>
public sealed record ClockStanding(ClockState State, TimeSpan? Offset, DateTimeOffset? Measured)
{
    /// <summary>Judges a round of measurements.</summary>
    /// <param name="offsets">Offsets of the servers that answered.</param>
    /// <param name="before">Standing until now.</param>
    /// <param name="now">Now.</param>
    /// <param name="limits">Limits.</param>
    public static ClockStanding Judge(IReadOnlyList<TimeSpan> offsets, ClockStanding before, DateTimeOffset now, ClockLimits limits)
    {
        // A server that is silent for a while says nothing about the clock; silent for long, nobody knows.
        if (offsets is [])
            return before.Measured is { } last && now - last < limits.SilenceMax ? before : before with { State = ClockState.Unknown };
        var sorted = offsets.Order().ToList();
        // The median: one false server of three does not move it.
        var offset = sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
        var size = offset.Duration();
        return new ClockStanding(size > limits.Refuse ? ClockState.Refused : size > limits.Alarm ? ClockState.Off : ClockState.Good, offset, now);
    }
}

/// <summary>How far a clock may be off. A minute's error is 7.2e-5 of a Lu-177 activity and 0.63 % of an F-18 one (A·ln 2·δt/T½).</summary>
/// <param name="Alarm">Offset beyond which people are told; 1 s by default.</param>
/// <param name="Refuse">Offset beyond which nothing is recorded; 60 s by default, a choice of the site.</param>
/// <param name="SilenceMax">How long the servers may be silent before the clock counts as unknown.</param>
public sealed record ClockLimits(TimeSpan Alarm, TimeSpan Refuse, TimeSpan SilenceMax);
