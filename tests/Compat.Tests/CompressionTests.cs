using System.IO.Compression;
using System.Text;
using Grpc.Net.Compression;

namespace Doseline.Compat.Tests;

public sealed class CompressionTests
{
    public static TheoryData<ICompressionProvider, string, byte[]> Providers => new()
    {
        // First bytes: RFC 1952, 2.3.1, and RFC 1950, 2.2.
        { new GzipCompressionProvider(CompressionLevel.Fastest), "gzip", [0x1F, 0x8B] },
        { new DeflateCompressionProvider(CompressionLevel.Fastest), "deflate", [0x78] },
    };

    [Theory]
    [MemberData(nameof(Providers))]
    public void What_is_compressed_comes_back(ICompressionProvider provider, string name, byte[] magic)
    {
        var text = string.Concat(Enumerable.Repeat("lutetium ", 500));
        var compressed = new MemoryStream();
        using (var into = provider.CreateCompressionStream(compressed, CompressionLevel.SmallestSize))
            into.Write(Encoding.UTF8.GetBytes(text));

        provider.EncodingName.ShouldBe(name);
        compressed.ToArray().Take(magic.Length).ShouldBe(magic);
        compressed.Length.ShouldBeLessThan(text.Length / 10);
        compressed.Position = 0;
        using (var from = new StreamReader(provider.CreateDecompressionStream(compressed)))
            from.ReadToEnd().ShouldBe(text);
        compressed.CanRead.ShouldBeTrue("the caller owns the stream");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_default_effort_serves_when_a_call_names_none(
        ICompressionProvider provider, string name, byte[] magic)
    {
        var compressed = new MemoryStream();
        using (var into = provider.CreateCompressionStream(compressed, null)) into.Write("x"u8);

        compressed.ToArray().Take(magic.Length).ShouldBe(magic, name);
    }
}
