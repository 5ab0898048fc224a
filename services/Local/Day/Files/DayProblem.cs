using System.Globalization;

namespace Doseline.Local.Day.Files;

/// <summary>Why a file of the day cannot be used.</summary>
/// <param name="File">File name within the day's folder.</param>
/// <param name="Line">Line, from 1; 0 when the whole file is meant.</param>
/// <param name="Column">Column name of a table, or key of a YAML file; empty when the whole line is meant.</param>
/// <param name="Reason">One sentence for the person who mends it.</param>
public sealed record DayProblem(string File, int Line, string Column, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{File}{(Line > 0 ? $":{Line}" : "")}{(Column.Length > 0 ? $" [{Column}]" : "")}: {Reason}");
}

/// <summary>The day's files cannot be used; nothing was loaded.</summary>
public sealed class DayFilesException(IReadOnlyList<DayProblem> problems) : Exception($"{problems.Count} problem(s) in the day's files.")
{
    /// <summary>Every problem found, in the order of files and lines.</summary>
    public IReadOnlyList<DayProblem> Problems => problems;
}
