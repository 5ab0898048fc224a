using System.Diagnostics;
using System.Globalization;

namespace Doseline.Load.Drive;

/// <summary>Memory and processor time of a process and, where asked, its children, read from /proc while a phase runs.</summary>
/// <remarks>proc(5): utime and stime are fields 14 and 15 of stat, in clock ticks, which Linux fixes at 100 a second for user space.</remarks>
sealed class ProcessWatch(int pid, bool withChildren) : IAsyncDisposable
{
    const double TicksPerSecond = 100;
    readonly CancellationTokenSource stop = new();
    readonly long started = Stopwatch.GetTimestamp();
    readonly double cpuAtStart = CpuSeconds(pid, withChildren);
    Task? watching;
    long memoryMax;

    /// <summary>Starts looking once a second.</summary>
    public static ProcessWatch Start(int pid, bool withChildren)
    {
        ProcessWatch watch = new(pid, withChildren);
        if (pid > 0) watch.watching = watch.WatchAsync();
        return watch;
    }

    /// <summary>What was used since the start; null when no process was named.</summary>
    public ProcessUse? Use()
    {
        if (pid <= 0) return null;
        Look();
        var cpu = CpuSeconds(pid, withChildren) - cpuAtStart;
        return new ProcessUse(memoryMax, cpu, cpu / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (watching is not null) await watching;
        stop.Dispose();
    }

    async Task WatchAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        try
        {
            do Look();
            while (await timer.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The phase is over.
        }
    }

    void Look() => memoryMax = Math.Max(memoryMax, Family(pid, withChildren).Sum(MemoryBytes));

    static double CpuSeconds(int pid, bool withChildren) => pid <= 0 ? 0 : Family(pid, withChildren).Sum(id => Fields(id) is { Length: > 15 } f ? Ticks(f, id == pid) / TicksPerSecond : 0);

    // A child that ended has left its time with its parent, which waited for it: fields 16 and 17.
    static double Ticks(string[] f, bool withEnded) => Number(f[11]) + Number(f[12]) + (withEnded ? Number(f[13]) + Number(f[14]) : 0);

    // Proportional set size where the kernel tells it: PostgreSQL's shared buffers would count once for each of its processes.
    static long MemoryBytes(int id)
    {
        var file = File.Exists($"/proc/{id}/smaps_rollup") ? $"/proc/{id}/smaps_rollup" : $"/proc/{id}/status";
        var line = Read(file)?.Split('\n').FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal) || l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? 0 : 1024 * (long)Number(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim());
    }

    static IEnumerable<int> Family(int pid, bool withChildren) => !withChildren
        ? [pid]
        : [pid, .. Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Fields(id) is { Length: > 1 } f && f[1] == pid.ToString(CultureInfo.InvariantCulture))];

    // Fields after the name, which may hold spaces: 0 is the state, 1 the parent, 11 and 12 the times, 13 and 14 those of ended children.
    static string[]? Fields(int id) => Read($"/proc/{id}/stat") is { } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : null;

    static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>What a process used during a phase.</summary>
/// <param name="MemoryMaxBytes">Most memory seen.</param>
/// <param name="CpuSeconds">Processor time.</param>
/// <param name="Cores">Processor time per second of the phase: 1 is one core fully used.</param>
sealed record ProcessUse(long MemoryMaxBytes, double CpuSeconds, double Cores);
