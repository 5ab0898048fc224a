namespace Doseline.Platform.Hosting;

/// <summary>The machine's own clock, for the few things that are about the machine: transport deadlines, loops, logs. The domain lives by <see cref="TimeProvider"/>.</summary>
public static class WallClock
{
    /// <summary>The clock itself, for a demonstration's clock that keeps pace with it.</summary>
    public static TimeProvider Pace => TimeProvider.System;

    /// <summary>Now (UTC).</summary>
    public static DateTimeOffset UtcNow => Pace.GetUtcNow();

    /// <summary>A token that is cancelled with another, or after a span of real time.</summary>
    public static CancellationTokenSource Within(TimeSpan span, CancellationToken cancel)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        source.CancelAfter(span);
        return source;
    }
}
