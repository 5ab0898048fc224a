namespace Doseline.Local.Simulation;

/// <summary>A clock that runs on from an instant of one's choice, at the pace of another clock: for demonstrations on a day that is not today.</summary>
/// <param name="start">What it shows at first (UTC).</param>
/// <param name="pace">The clock it keeps pace with; its timers are used too.</param>
public sealed class RunningClock(DateTimeOffset start, TimeProvider pace) : TimeProvider
{
    readonly TimeSpan ahead = start - pace.GetUtcNow();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => pace.GetUtcNow() + ahead;

    /// <inheritdoc/>
    public override long GetTimestamp() => pace.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => pace.TimestampFrequency;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => pace.CreateTimer(callback, state, dueTime, period);
}
