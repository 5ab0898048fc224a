using System.Globalization;

namespace Doseline.Local.Day;

/// <summary>Where a day keeps its databases and how far it came; a temporary one is removed at the end.</summary>
sealed class DayFolder : IDisposable
{
    readonly bool temporary;

    DayFolder(string path, bool temporary) => (Path, this.temporary) = (path, temporary);

    /// <summary>The folder.</summary>
    public string Path { get; }

    string ClockFile => System.IO.Path.Combine(Path, "day.clock");

    /// <summary>Opens the folder named, or a temporary one.</summary>
    public static DayFolder Open(string? path)
    {
        if (path is null) return new DayFolder(Directory.CreateTempSubdirectory("doseline-day-").FullName, temporary: true);
        Directory.CreateDirectory(path);
        return new DayFolder(path, temporary: false);
    }

    /// <summary>The instant at which a day that was cut off goes on; its start when it was not begun.</summary>
    public DateTimeOffset Resume(DateTimeOffset start) =>
        File.Exists(ClockFile) && long.TryParse(File.ReadAllText(ClockFile), CultureInfo.InvariantCulture, out var ticks) ? new DateTimeOffset(ticks, TimeSpan.Zero) : start;

    /// <summary>Remembers the instant the clock was moved to; written whole and then moved, so that it is never half.</summary>
    public void Remember(DateTimeOffset instant)
    {
        var draft = ClockFile + ".new";
        File.WriteAllText(draft, instant.UtcTicks.ToString(CultureInfo.InvariantCulture));
        File.Move(draft, ClockFile, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!temporary) return;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Path, recursive: true);
    }
}
