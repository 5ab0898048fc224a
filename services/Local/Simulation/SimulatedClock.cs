namespace Doseline.Local.Simulation;

/// <summary>A clock that moves only when told to. It has no timers: a simulation pumps work instead of waiting for it.</summary>
/// <param name="start">First instant (UTC).</param>
public sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    long ticks = start.UtcTicks;

    /// <summary>Called with every instant the clock is moved to, before anything happens at it; null for nobody.</summary>
    public Action<DateTimeOffset>? Moved { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("Domain code must not start timers; set a reminder.");

    /// <summary>Moves the clock forward; an earlier instant does nothing.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        if (instant.UtcTicks <= Interlocked.Read(ref ticks)) return;
        Moved?.Invoke(instant);
        Interlocked.Exchange(ref ticks, instant.UtcTicks);
    }
}
