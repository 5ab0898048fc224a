using System.Collections.Frozen;
using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Units;

/// <summary>
/// Units in which a reading, a limit or a value may be stated: those that amounts are counted in (<see cref="UnitTable"/>) and those of <c>Units/Data/readings.csv</c>. They are compared,
/// letter by letter, and never converted.
/// </summary>
public static class ReadingUnits
{
    static readonly FrozenDictionary<string, string> Codes = Read().Concat(UnitTable.All.Select(unit => KeyValuePair.Create(unit.Symbol, unit.Ucum))).ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenSet<string> Known = Codes.SelectMany(code => new[] { code.Key, code.Value }).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All symbols, each with its code in UCUM, which is read as the symbol is.</summary>
    public static IReadOnlyDictionary<string, string> Ucum => Codes;

    /// <summary>All symbols.</summary>
    public static IReadOnlyCollection<string> All => Codes.Keys;

    /// <summary>The reason against a symbol; null when it is one, in the table's own spelling or in another that the table of amounts reads.</summary>
    /// <param name="symbol">Symbol, not empty.</param>
    /// <param name="field">Message field, for the refusal.</param>
    public static Refusal? Against(string symbol, string field) => Known.Contains(symbol) || UnitTable.Find(symbol) is not null
        ? null
        : Refusal.Invalid(field, "UNIT_UNKNOWN", $"'{symbol}' is not a unit that is known here; it is not guessed.").With("unit", symbol).With("units", string.Join(' ', All.Order(StringComparer.Ordinal)));

    static IEnumerable<KeyValuePair<string, string>> Read()
    {
        using StreamReader reader = new(typeof(ReadingUnits).Assembly.GetManifestResourceStream("readings.csv")!);
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split(',') is [var symbol, var ucum, ..] ? new(symbol, ucum) : throw new FormatException($"readings.csv: {line}");
    }
}
