namespace Doseline.Labeling.Domain.DataMatrix;

/// <summary>Error correction of ECC 200: Reed-Solomon over GF(256) with the polynomial x⁸+x⁵+x³+x²+1 (ISO/IEC 16022).</summary>
static class ReedSolomon
{
    const int Polynomial = 0x12D;

    static readonly int[] Exp = new int[255];
    static readonly int[] Log = new int[256];

    static ReedSolomon()
    {
        var value = 1;
        for (var i = 0; i < 255; i++)
        {
            Exp[i] = value;
            Log[value] = i;
            value <<= 1;
            if (value > 255) value ^= Polynomial;
        }
    }

    /// <summary>Data followed by its error correction, both interleaved over the blocks of the size.</summary>
    public static byte[] Protect(ReadOnlySpan<byte> data, SymbolSize size)
    {
        var all = new byte[size.DataCodewords + size.ErrorCodewords];
        data.CopyTo(all);
        var perBlock = size.ErrorCodewords / size.Blocks;
        var generator = Generator(perBlock);
        for (var block = 0; block < size.Blocks; block++)
        {
            var remainder = new byte[perBlock];
            for (var i = block; i < size.DataCodewords; i += size.Blocks) Step(remainder, data[i], generator);
            for (var i = 0; i < perBlock; i++) all[size.DataCodewords + block + i * size.Blocks] = remainder[i];
        }

        return all;
    }

    // One step of the division by the generator; the remainder stands highest power first.
    static void Step(byte[] remainder, byte next, int[] generator)
    {
        var factor = next ^ remainder[0];
        for (var i = 0; i < remainder.Length; i++)
        {
            var shifted = i + 1 < remainder.Length ? remainder[i + 1] : 0;
            remainder[i] = (byte)(shifted ^ Multiply(factor, generator[i]));
        }
    }

    // (x - α¹)(x - α²)…(x - αⁿ) without its leading 1, highest power first.
    static int[] Generator(int degree)
    {
        int[] polynomial = [1];
        for (var root = 1; root <= degree; root++)
        {
            var next = new int[polynomial.Length + 1];
            for (var i = 0; i < polynomial.Length; i++)
            {
                next[i] ^= polynomial[i];
                next[i + 1] ^= Multiply(polynomial[i], Exp[root % 255]);
            }

            polynomial = next;
        }

        return polynomial[1..];
    }

    static int Multiply(int a, int b) => a == 0 || b == 0 ? 0 : Exp[(Log[a] + Log[b]) % 255];
}
