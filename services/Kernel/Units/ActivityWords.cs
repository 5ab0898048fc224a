using System.Collections.Frozen;
using System.Globalization;

namespace Doseline.Kernel.Units;

/// <summary>Amounts of activity in sentences that people read: in the unit that is usual for the nuclide, never with an exponent.</summary>
/// <remarks>
/// The usual units stand in <c>Units/Data/natural.csv</c> with their source; the console reads the same table and the same rule. An amount that the usual
/// unit shows with more than five digits before the point, or as less than a hundredth, is said in the prefix that it has itself.
/// </remarks>
public static class ActivityWords
{
    const double LeastShown = 1e-2;
    const double MostShown = 1e5;

    static readonly FrozenDictionary<string, Unit> Natural = ReadEmbedded().ToFrozenDictionary(StringComparer.Ordinal);

    // Greatest first.
    static readonly Unit[] Prefixed = [.. UnitTable.All.Where(u => u is { Dimension: Dimension.Activity, Multiple: 1 }).OrderByDescending(u => u.PowerOfTen)];

    /// <summary>Nuclides with a usual unit.</summary>
    public static IReadOnlyCollection<string> Nuclides => Natural.Keys;

    /// <summary>An amount in words: four significant digits and a unit, for example <c>1 TBq</c>, <c>8 MBq</c>, <c>0.05 MBq</c>.</summary>
    /// <param name="bq">Becquerels, finite, below 10²⁹; a negative amount has its sign.</param>
    /// <param name="nuclide">Symbol of the nuclide; one that is not known has no usual unit.</param>
    public static string Of(double bq, string? nuclide = null)
    {
        var amount = Math.Abs(bq);
        var unit = nuclide is not null && Natural.TryGetValue(nuclide, out var natural) && IsReadable(amount / natural.Factor) ? natural : OwnPrefix(amount);
        return string.Create(CultureInfo.InvariantCulture, $"{(bq < 0 ? "-" : "")}{Trimmed(amount / unit.Factor)} {unit.Symbol}");
    }

    static bool IsReadable(double number) => number == 0 || number is >= LeastShown and < MostShown;

    static Unit OwnPrefix(double bq) => Prefixed.FirstOrDefault(u => bq >= u.Factor) ?? Prefixed[^1];

    static string Trimmed(double number)
    {
        var text = Figures.Round(number);
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    static IEnumerable<KeyValuePair<string, Unit>> ReadEmbedded()
    {
        using StreamReader reader = new(typeof(ActivityWords).Assembly.GetManifestResourceStream("natural.csv")!);
        foreach (var line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (line.Split(',', 3) is not [var nuclide, var symbol, { Length: > 0 }] || UnitTable.Find(symbol) is not { Dimension: Dimension.Activity } unit) throw new FormatException($"natural.csv: {line}");
            yield return new(nuclide, unit);
        }
    }
}
