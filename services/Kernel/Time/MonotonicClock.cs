namespace Doseline.Kernel.Time;

/// <summary>
/// A clock that never goes back: when the wall clock is set back, it stands still until the wall clock has caught up, and says
/// by how much it is ahead. Thread-safe.
/// </summary>
/// <param name="wall">The clock of the machine.</param>
public sealed class MonotonicClock(TimeProvider wall) : TimeProvider
{
    long latestUtcTicks = DateTimeOffset.MinValue.UtcTicks;

    /// <summary>How far what was handed out is ahead of the wall clock: above zero only after that was set back.</summary>
    public TimeSpan AheadOfWall =>
        TimeSpan.FromTicks(Math.Max(0, Interlocked.Read(ref latestUtcTicks) - wall.GetUtcNow().UtcTicks));

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => wall.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => wall.TimestampFrequency;

    /// <summary>The wall clock, or the latest instant handed out if that is later.</summary>
    public override DateTimeOffset GetUtcNow() => Advance(0);

    /// <summary>An instant after every one handed out before, by at least a tick: for events that must not share an instant.</summary>
    public DateTimeOffset NextUtc() => Advance(1);

    /// <inheritdoc/>
    public override long GetTimestamp() => wall.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        wall.CreateTimer(callback, state, dueTime, period);

    DateTimeOffset Advance(long ticksMin)
    {
        var wallTicks = wall.GetUtcNow().UtcTicks;
        while (true)
        {
            var latest = Interlocked.Read(ref latestUtcTicks);
            var next = Math.Max(wallTicks, latest + ticksMin);
            if (next == latest || Interlocked.CompareExchange(ref latestUtcTicks, next, latest) == latest)
                return new DateTimeOffset(next, TimeSpan.Zero);
        }
    }
}
