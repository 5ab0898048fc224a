using System.Globalization;

namespace Doseline.Load.Drive;

/// <summary>Processor time and memory of processes, from /proc.</summary>
/// <remarks>proc(5): utime and stime are fields 14 and 15 of stat, in clock ticks, which Linux fixes at 100 a second for user space.</remarks>
static class Processes
{
    const double TicksPerSecond = 100;

    /// <summary>Processor time since its start, in seconds; 0 for no process.</summary>
    /// <param name="pid">The process; 0 for none.</param>
    /// <param name="withChildren">Whether its children count too, those that ended included.</param>
    public static double CpuSeconds(int pid, bool withChildren) =>
        pid <= 0 ? 0 : Family(pid, withChildren).Sum(id => Fields(id) is { Length: > 15 } f ? Ticks(f, withChildren && id == pid) / TicksPerSecond : 0);

    /// <summary>Memory that is resident, files it shares included, in bytes.</summary>
    public static long ResidentBytes(int pid) =>
        Read($"/proc/{pid}/status")?.Split('\n').FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
            ? 1024 * (long)Number(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim()) : 0;

    // A child that ended has left its time with its parent, which waited for it: fields 16 and 17.
    static double Ticks(string[] f, bool withEnded) => Number(f[11]) + Number(f[12]) + (withEnded ? Number(f[13]) + Number(f[14]) : 0);

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
