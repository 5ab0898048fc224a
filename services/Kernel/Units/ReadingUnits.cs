using System.Collections.Frozen;
using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Units;

/// <summary>
/// Units in which a reading, a limit or a value may be stated: those that amounts are counted in (<see cref="UnitTable"/>) and those of <c>Units/Data/readings.csv</c>. They are compared,
/// letter by letter, and never converted.
/// </summary>
public static class ReadingUnits
{
    static readonly FrozenSet<string> Known = Read().Concat(UnitTable.All.Select(unit => unit.Symbol)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => Known;

    /// <summary>The reason against a symbol; null when it is one, in the table's own spelling or in another that the table of amounts reads.</summary>
    /// <param name="symbol">Symbol, not empty.</param>
    /// <param name="field">Message field, for the refusal.</param>
    public static Refusal? Against(string symbol, string field) => Known.Contains(symbol) || UnitTable.Find(symbol) is not null
        ? null
        : Refusal.Invalid(field, "UNIT_UNKNOWN", $"'{symbol}' is not a unit that is known here; it is not guessed.").With("unit", symbol).With("units", string.Join(' ', Known.Order(StringComparer.Ordinal)));

    static IEnumerable<string> Read()
    {
        using StreamReader reader = new(typeof(ReadingUnits).Assembly.GetManifestResourceStream("readings.csv")!);
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line[..line.IndexOf(',', StringComparison.Ordinal)];
    }
}
