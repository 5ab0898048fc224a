using System.IO.MemoryMappedFiles;
using Doseline.Kernel.Time;

namespace Doseline.SimulatedTime;

/// <summary>A clock of many processes: UTC ticks in the first eight bytes of a file that all of them have mapped.</summary>
/// <remarks>A process that is started again has the right time at once, and moving the clock is one write.</remarks>
public sealed class SharedClock : TimeProvider, IDisposable
{
    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;

    /// <summary>Maps the file.</summary>
    /// <param name="path">An existing file of at least eight bytes.</param>
    public SharedClock(string path)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.ReadWrite);
        view = file.CreateViewAccessor(0, sizeof(long));
    }

    /// <summary>Makes a clock file.</summary>
    public static void Create(string path, DateTimeOffset start) => File.WriteAllBytes(path, BitConverter.GetBytes(start.UtcTicks));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => view.ReadInt64(0);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new StillTimer();

    /// <summary>Moves every process's clock.</summary>
    public void MoveTo(DateTimeOffset instant) => view.Write(0, instant.UtcTicks);

    /// <inheritdoc/>
    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
