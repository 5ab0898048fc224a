using System.Collections.Frozen;
using System.Globalization;
using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Units;

/// <summary>The units of the platform and the one conversion between them. They stand in <c>Units/Data/units.csv</c>, from which the console's are made too.</summary>
public static class UnitTable
{
    /// <summary>Amounts are below this in their unit, so that with the places of the unit they have at most 15 digits, which a double carries and gives back unchanged.</summary>
    public const decimal AmountLimit = 1_000_000_000m;

    static readonly Unit[] Units = [.. ReadEmbedded()];

    static readonly string[] Cold = [.. Units.Where(u => u.Dimension is not Dimension.Activity).Select(u => u.Symbol)];

    // The micro sign U+00B5, the Greek letter U+03BC that keyboards give for it, and UCUM's u.
    static readonly FrozenDictionary<string, Unit> BySymbol = Units
        .SelectMany(u => u.Symbol[0] == 'µ' ? [(u.Symbol, u), ($"\u03BC{u.Symbol[1..]}", u), (u.Ucum, u)] : new[] { (u.Symbol, u), (u.Ucum, u) }).Distinct()
        .ToFrozenDictionary(p => p.Item1, p => p.u, StringComparer.Ordinal);

    /// <summary>Every unit, by dimension and size.</summary>
    public static IReadOnlyList<Unit> All => Units;

    /// <summary>The unit of a symbol, case for case; null when it is none: nothing is guessed.</summary>
    public static Unit? Find(string? symbol) => symbol is null ? null : BySymbol.GetValueOrDefault(symbol.Trim());

    /// <summary>The unit of cold material of a symbol that a caller sent; radioactive material is counted in becquerels alone.</summary>
    /// <param name="symbol">Symbol.</param>
    /// <param name="field">Message field, for the refusal.</param>
    public static Decision<Unit> Read(string? symbol, string field) => Find(symbol) is { Dimension: not Dimension.Activity } unit
        ? unit
        : Refusal.Invalid(field, "UNIT_UNKNOWN", $"'{symbol}' is not a unit of amount; it is one of {string.Join(", ", Cold)}.").With("unit", symbol).With("units", string.Join(',', Cold));

    /// <summary>An amount in another unit of the same dimension, exactly.</summary>
    /// <param name="amount">Amount in <paramref name="from"/>.</param>
    /// <param name="from">Unit it is in.</param>
    /// <param name="to">Unit wanted.</param>
    /// <param name="field">Message field, for the refusals.</param>
    /// <returns>A refusal when the units measure different things, or when the amount has more digits than a decimal holds.</returns>
    public static Decision<decimal> Convert(decimal amount, Unit from, Unit to, string field)
    {
        if (from.Dimension != to.Dimension)
        {
            return Refusal.Invalid(field, "UNIT_OF_OTHER_DIMENSION", $"{from.Symbol} measures {from.Dimension}, {to.Symbol} measures {to.Dimension}; one is not converted into the other.")
                .With("unit", from.Symbol).With("unit_expected", to.Symbol);
        }

        try
        {
            var shift = from.PowerOfTen - to.PowerOfTen;
            var (times, by) = (from.Multiple * Power(Math.Max(shift, 0)), to.Multiple * Power(Math.Max(-shift, 0)));
            var converted = amount * times / by;
            // A quotient that was rounded does not lead back: then it is not this amount.
            if (converted * by / times == amount) return converted;
        }
        catch (OverflowException)
        {
        }

        return Refusal.Invalid(field, "AMOUNT_NOT_EXACT", $"{amount} {from.Symbol} cannot be written exactly in {to.Symbol}.").With("amount", amount).With("unit", from.Symbol).With("unit_expected", to.Symbol);
    }

    /// <summary>An amount that was weighed or counted, as it comes over the wire: the decimal that the number prints as, and no other.</summary>
    /// <param name="sent">Number sent.</param>
    /// <param name="unit">Unit it is in.</param>
    /// <param name="field">Message field, for the refusals.</param>
    /// <returns>A refusal where the number is no decimal of the unit's resolution: nothing is rounded to become one.</returns>
    public static Decision<decimal> Amount(double sent, Unit unit, string field)
    {
        if (!(Math.Abs(sent) < (double)AmountLimit)) return TooLarge(sent, unit, field);
        var amount = (decimal)sent;
        // What was added up in doubles is next to a decimal and none itself.
        return (double)amount == sent ? Amount(amount, unit, field) : TooFine(sent, unit, field);
    }

    /// <summary>As <see cref="Amount(double, Unit, string)"/>, for a decimal: whether it is one that is weighed and counted in the unit.</summary>
    public static Decision<decimal> Amount(decimal amount, Unit unit, string field)
    {
        if (Math.Abs(amount) >= AmountLimit) return TooLarge(amount, unit, field);
        return decimal.Round(amount, unit.Places) == amount ? amount : TooFine(amount, unit, field);
    }

    static Refusal TooLarge(object amount, Unit unit, string field) =>
        Refusal.Invalid(field, "AMOUNT_TOO_LARGE", $"Amounts are below {AmountLimit:0} {unit.Symbol}; state it in a larger unit.").With("amount", amount).With("limit", AmountLimit).With("unit", unit.Symbol);

    static Refusal TooFine(object amount, Unit unit, string field) =>
        Refusal.Invalid(field, "AMOUNT_TOO_FINE", $"Amounts in {unit.Symbol} have at most {unit.Places} decimal places.").With("amount", amount).With("places", unit.Places).With("unit", unit.Symbol);

    static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }

    static IEnumerable<Unit> ReadEmbedded()
    {
        using StreamReader reader = new(typeof(UnitTable).Assembly.GetManifestResourceStream("units.csv")!);
        foreach (var line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (line.Split(',') is not [var symbol, var dimension, var multiple, var power, var ucum, var places]) throw new FormatException($"units.csv: {line}");
            yield return new Unit(symbol, Enum.Parse<Dimension>(dimension), int.Parse(multiple, CultureInfo.InvariantCulture), int.Parse(power, CultureInfo.InvariantCulture), ucum, int.Parse(places, CultureInfo.InvariantCulture));
        }
    }
}
