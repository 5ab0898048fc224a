using System.Globalization;
using System.Numerics;

namespace Doseline.Kernel.Tests.Decay;

/// <summary>Real numbers with 4000 binary places, so slow and plain that they can be trusted to check fast ones.</summary>
public readonly record struct Exact(BigInteger Scaled)
{
    const int Places = 4000;

    public static Exact One { get; } = new(BigInteger.One << Places);

    public static Exact Ln2 { get; } = LnTwo();

    public static Exact Of(decimal value)
    {
        var bits = decimal.GetBits(value);
        var scale = (bits[3] >> 16) & 0xFF;
        var digits = BigInteger.Parse(Math.Abs(value).ToString("F" + scale, CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new((value < 0 ? -digits : digits) * One.Scaled / BigInteger.Pow(10, scale));
    }

    public static Exact Of(double value)
    {
        var exponent = Math.ILogB(value == 0 ? 1 : value) - 52;
        var mantissa = new BigInteger(Math.ScaleB(value, -exponent));
        var shift = Places + exponent;
        return new(shift >= 0 ? mantissa << shift : mantissa >> -shift);
    }

    public static Exact operator +(Exact a, Exact b) => new(a.Scaled + b.Scaled);

    public static Exact operator -(Exact a, Exact b) => new(a.Scaled - b.Scaled);

    public static Exact operator -(Exact a) => new(-a.Scaled);

    public static Exact operator *(Exact a, Exact b) => new(a.Scaled * b.Scaled >> Places);

    public static Exact operator /(Exact a, Exact b) => new((a.Scaled << Places) / b.Scaled);

    /// <summary>Half-life text and unit to seconds, with the year of 365.2422 d.</summary>
    public static Exact Seconds(string text, string unit) =>
        Of(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)) * Of(unit switch
        {
            "ns" => 1e-9m,
            "us" => 1e-6m,
            "ms" => 1e-3m,
            "s" => 1m,
            "m" => 60m,
            "h" => 3600m,
            "d" => 86400m,
            "y" => 31556926.08m,
            "ky" => 31556926080m,
            _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "Not in use here."),
        });

    /// <summary>e^x by halving the argument, summing its series, and squaring back.</summary>
    public static Exact Exp(Exact x)
    {
        if (x.Scaled < -(One.Scaled * 3000)) return default;
        const int halvings = 40;
        var small = new Exact(x.Scaled >> halvings);
        var (sum, term) = (One, One);
        for (var order = 1; !term.Scaled.IsZero && term.Scaled != BigInteger.MinusOne; order++)
        {
            term = new(term.Scaled * small.Scaled / order >> Places);
            sum += term;
        }

        for (var doubling = 0; doubling < halvings; doubling++) sum *= sum;
        return sum;
    }

    public double ToDouble()
    {
        if (Scaled.IsZero) return 0;
        var bits = (int)BigInteger.Abs(Scaled).GetBitLength();
        var drop = Math.Max(0, bits - 80);
        return Math.ScaleB((double)(Scaled >> drop), drop - Places);
    }

    static Exact LnTwo()
    {
        var sum = default(Exact);
        for (var k = 1; k <= Places; k++) sum += new Exact((One.Scaled >> k) / k);
        return sum;
    }
}
