using Doseline.Kernel.Time;

namespace Doseline.Local.Simulation;

/// <summary>A clock that moves only when told to. Its timers never go off: what is due is a row, and a simulation pumps it in the order of the rows, so that every run goes the same way.</summary>
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
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new StillTimer();

    /// <summary>Moves the clock forward; an earlier instant does nothing.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        if (instant.UtcTicks <= Interlocked.Read(ref ticks)) return;
        Moved?.Invoke(instant);
        Interlocked.Exchange(ref ticks, instant.UtcTicks);
    }
}
