namespace Doseline.Kernel.Hosting;

/// <summary>The machine's own clock, for the few things that are about the machine: transport deadlines, loops, logs. The domain lives by <see cref="TimeProvider"/>.</summary>
public static class WallClock
{
    /// <summary>Now (UTC).</summary>
    public static DateTimeOffset UtcNow => TimeProvider.System.GetUtcNow();
}
