namespace Doseline.Labeling.Domain.DataMatrix;

/// <summary>
/// Draws GS1 DataMatrix symbols (ECC 200, square). It is our own because a label is proved by drawing it here, from the same data the printer
/// gets, and reading that drawing with a decoder of another make; no maintained encoder with a fitting licence restores from our registry.
/// </summary>
public static class GsDataMatrix
{
    const byte Fnc1 = 232;
    const byte Pad = 129;

    /// <summary>Group separator (ASCII 29): stands for FNC1 between fields of variable length.</summary>
    public const char GroupSeparator = '\u001d';

    /// <summary>Codewords of GS1 element data in ASCII encodation, the leading FNC1 included.</summary>
    /// <param name="elementData">Element string as scanned: no leading FNC1, <see cref="GroupSeparator"/> between variable fields; ASCII only.</param>
    public static byte[] Encode(string elementData)
    {
        List<byte> codewords = [Fnc1];
        for (var i = 0; i < elementData.Length; i++)
        {
            var c = elementData[i];
            if (c > 127) throw new ArgumentException($"U+{(int)c:X4} is not ASCII.", nameof(elementData));
            if (c == GroupSeparator)
                codewords.Add(Fnc1);
            else if (char.IsAsciiDigit(c) && i + 1 < elementData.Length && char.IsAsciiDigit(elementData[i + 1]))
                codewords.Add((byte)(130 + (c - '0') * 10 + (elementData[++i] - '0')));
            else
                codewords.Add((byte)(c + 1));
        }

        return [.. codewords];
    }

    /// <summary>The symbol without quiet zone; true is dark; first index is the row from the top.</summary>
    /// <param name="elementData">See <see cref="Encode"/>.</param>
    /// <exception cref="ArgumentException">Not ASCII, or too long for the largest size.</exception>
    public static bool[,] Draw(string elementData)
    {
        var codewords = Encode(elementData);
        var size = SymbolSize.For(codewords.Length)
            ?? throw new ArgumentException($"{codewords.Length} codewords do not fit {SymbolSize.All[^1].DataCodewords}.", nameof(elementData));
        return Frame(Placement.Lay(ReedSolomon.Protect(Padded(codewords, size.DataCodewords), size), size.MappingModules), size);
    }

    /// <summary>Modules on a side that the symbol of this data has.</summary>
    public static int SizeOf(string elementData) =>
        SymbolSize.For(Encode(elementData).Length)?.Modules ?? throw new ArgumentException("The data does not fit any size.", nameof(elementData));

    static byte[] Padded(byte[] codewords, int length)
    {
        var padded = new byte[length];
        codewords.CopyTo(padded, 0);
        for (var i = codewords.Length; i < length; i++)
        {
            // All pads after the first are scrambled, so that they do not draw a pattern (253-state algorithm); positions count from 1.
            var scrambled = Pad + 149 * (i + 1) % 253 + 1;
            padded[i] = i == codewords.Length ? Pad : (byte)(scrambled > 254 ? scrambled - 254 : scrambled);
        }

        return padded;
    }

    // Each region has a solid line left and below and a dotted one above and right.
    static bool[,] Frame(bool[,] mapping, SymbolSize size)
    {
        var symbol = new bool[size.Modules, size.Modules];
        var pitch = size.RegionModules + 2;
        for (var row = 0; row < size.Modules; row++)
        {
            for (var column = 0; column < size.Modules; column++)
            {
                var (r, c) = (row % pitch, column % pitch);
                symbol[row, column] = c == 0 || r == pitch - 1 || (r == 0 ? c % 2 == 0 : c == pitch - 1 ? r % 2 == 1
                    : mapping[row / pitch * size.RegionModules + r - 1, column / pitch * size.RegionModules + c - 1]);
            }
        }

        return symbol;
    }
}
