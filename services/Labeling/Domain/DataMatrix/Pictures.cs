using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Doseline.Labeling.Domain.DataMatrix;

/// <summary>A symbol as a picture, with a quiet zone of the two modules a scanner likes (the standard asks for one).</summary>
public static class Pictures
{
    const int QuietModules = 2;

    /// <summary>SVG, one unit a module.</summary>
    public static string Svg(bool[,] symbol)
    {
        var side = symbol.GetLength(0) + 2 * QuietModules;
        var path = new StringBuilder();
        for (var row = 0; row < symbol.GetLength(0); row++)
        {
            for (var column = 0; column < symbol.GetLength(1); column++)
            {
                if (symbol[row, column]) path.Append(CultureInfo.InvariantCulture, $"M{column + QuietModules} {row + QuietModules}h1v1h-1z");
            }
        }

        return $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>""";
    }

    /// <summary>PNG, 8-bit grey, so many pixels a module.</summary>
    public static byte[] Png(bool[,] symbol, int pixelsPerModule = 8)
    {
        var modules = symbol.GetLength(0) + 2 * QuietModules;
        var side = modules * pixelsPerModule;
        using MemoryStream png = new();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = 8; // bits a sample; colour type 0 is grey
        Chunk(png, "IHDR", header);
        using MemoryStream packed = new();
        using (ZLibStream zip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var line = new byte[side + 1]; // the first byte says that the line is not filtered
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++) line[x + 1] = IsDark(symbol, y / pixelsPerModule - QuietModules, x / pixelsPerModule - QuietModules) ? (byte)0 : (byte)255;
                zip.Write(line);
            }
        }

        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    static bool IsDark(bool[,] symbol, int row, int column) =>
        row >= 0 && column >= 0 && row < symbol.GetLength(0) && column < symbol.GetLength(1) && symbol[row, column];

    static void Chunk(MemoryStream png, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        png.Write(number);
    }

    // CRC-32 as PNG demands it (ISO 3309), bit by bit: a picture has few kilobytes.
    static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
