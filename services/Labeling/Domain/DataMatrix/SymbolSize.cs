namespace Doseline.Labeling.Domain.DataMatrix;

/// <summary>A square symbol of ECC 200 (ISO/IEC 16022, table of square symbol attributes).</summary>
/// <param name="Modules">Modules on a side, finder pattern included, quiet zone not.</param>
/// <param name="DataCodewords">Codewords of data.</param>
/// <param name="ErrorCodewords">Codewords of error correction, of all blocks together.</param>
/// <param name="RegionsPerSide">Data regions on a side.</param>
/// <param name="Blocks">Interleaved Reed-Solomon blocks.</param>
public sealed record SymbolSize(int Modules, int DataCodewords, int ErrorCodewords, int RegionsPerSide, int Blocks)
{
    /// <summary>The sizes drawn here: 10 to 64 modules; larger ones do not fit a vial label.</summary>
    public static IReadOnlyList<SymbolSize> All { get; } =
    [
        new(10, 3, 5, 1, 1), new(12, 5, 7, 1, 1), new(14, 8, 10, 1, 1), new(16, 12, 12, 1, 1), new(18, 18, 14, 1, 1),
        new(20, 22, 18, 1, 1), new(22, 30, 20, 1, 1), new(24, 36, 24, 1, 1), new(26, 44, 28, 1, 1), new(32, 62, 36, 2, 1),
        new(36, 86, 42, 2, 1), new(40, 114, 48, 2, 1), new(44, 144, 56, 2, 1), new(48, 174, 68, 2, 1), new(52, 204, 84, 2, 2),
        new(64, 280, 112, 4, 2),
    ];

    /// <summary>Modules on a side of one data region.</summary>
    public int RegionModules => Modules / RegionsPerSide - 2;

    /// <summary>Modules on a side of all data regions together: the mapping matrix.</summary>
    public int MappingModules => RegionModules * RegionsPerSide;

    /// <summary>The smallest size that holds so many codewords; null when none does.</summary>
    public static SymbolSize? For(int codewords) => All.FirstOrDefault(s => s.DataCodewords >= codewords);
}
