namespace Doseline.Kernel.Time;

/// <summary>A timer of a clock on which nothing goes off by itself.</summary>
public sealed class StillTimer : ITimer
{
    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period) => true;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
