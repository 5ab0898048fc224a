using System.Collections.Frozen;
using System.Globalization;
using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Money;

/// <summary>
/// A currency of ISO 4217. Amounts are whole minor units; how many of them make one of the currency is said by the list and by nobody else.
/// The list stands in <c>Money/Data/iso4217.csv</c>, from which the console's is made too.
/// </summary>
/// <param name="Code">Three capital letters.</param>
/// <param name="MinorDigits">Digits after the point: 2 for most, 0 for the yen, 3 for the Kuwaiti dinar.</param>
public sealed record Currency(string Code, int MinorDigits)
{
    static readonly FrozenDictionary<string, Currency> ByCode = ReadEmbedded().ToFrozenDictionary(currency => currency.Code, StringComparer.Ordinal);

    /// <summary>Every currency in which something can be paid, by code.</summary>
    public static IReadOnlyList<Currency> All { get; } = [.. ByCode.Values.OrderBy(currency => currency.Code, StringComparer.Ordinal)];

    /// <summary>How many minor units make one, a power of ten.</summary>
    public long MinorPerUnit => (long)Power(MinorDigits);

    /// <summary>The currency of a code; null when ISO 4217 lists none, or one that has no minor units because nothing is paid in it (gold, testing).</summary>
    public static Currency? Find(string? code) => code is null ? null : ByCode.GetValueOrDefault(code);

    /// <summary>The currency of a code that a caller sent.</summary>
    /// <param name="code">Code.</param>
    /// <param name="field">Message field, for the refusal.</param>
    public static Decision<Currency> Read(string? code, string field) => Find(code) is { } currency
        ? currency
        : Refusal.Invalid(field, "CURRENCY_UNKNOWN", $"{field} must be the code of a currency of ISO 4217, three capital letters; '{code}' is none.").With("currency", code);

    /// <summary>An amount in minor units; refused when it has more digits than the currency, or is too large to be one.</summary>
    /// <param name="amount">Amount in the currency.</param>
    /// <param name="field">Message field, for the refusal.</param>
    public Decision<long> MinorOf(decimal amount, string field)
    {
        if (Math.Abs(amount) > long.MaxValue / Power(MinorDigits))
            return Refusal.Invalid(field, "AMOUNT_TOO_LARGE", $"{amount} {Code} is more than can be meant.").With("amount", amount);
        var minor = amount * Power(MinorDigits);
        return minor == decimal.Truncate(minor)
            ? (long)minor
            : Refusal.Invalid(field, "AMOUNT_TOO_FINE", $"{amount} {Code} has more than {MinorDigits} digits after the point.").With("amount", amount).With("minor_digits", MinorDigits);
    }

    /// <summary>An amount in minor units as people read it, exactly: <c>12.50 USD</c>, <c>1250 JPY</c>, <c>1.250 KWD</c>.</summary>
    public string Text(long minorUnits) => string.Create(CultureInfo.InvariantCulture, $"{(minorUnits / Power(MinorDigits)).ToString($"F{MinorDigits}", CultureInfo.InvariantCulture)} {Code}");

    /// <summary>A part of an amount in minor units, rounded once, half to even: the one rounding of money.</summary>
    /// <param name="minorUnits">The whole.</param>
    /// <param name="part">Which part of it.</param>
    public static long PartOf(long minorUnits, decimal part) => (long)decimal.Round(minorUnits * part, 0, MidpointRounding.ToEven);

    static decimal Power(int digits)
    {
        var power = 1m;
        for (var i = 0; i < digits; i++) power *= 10;
        return power;
    }

    static IEnumerable<Currency> ReadEmbedded()
    {
        using var stream = typeof(Currency).Assembly.GetManifestResourceStream("iso4217.csv") ?? throw new InvalidOperationException("iso4217.csv is not in the assembly.");
        using StreamReader reader = new(stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(',') is [var code, var digits]) yield return new Currency(code, int.Parse(digits, CultureInfo.InvariantCulture));
        }
    }
}
