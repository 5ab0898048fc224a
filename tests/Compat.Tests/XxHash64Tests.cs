using System.IO.Hashing;

namespace Doseline.Compat.Tests;

public sealed class XxHash64Tests
{
    // The sanity buffer of the reference implementation (github.com/Cyan4973/xxHash, tests/sanity_test.c):
    // byte i is the top byte of PRIME32 * PRIME64^i.
    const uint Prime32 = 2654435761;
    const ulong Prime64 = 11400714785074694797;

    // Published with the reference implementation: tests/sanity_test_vectors.h, testdata for XXH64.
    [Theory]
    [InlineData(0, 0UL, 0xEF46DB3751D8E999UL)]
    [InlineData(0, (ulong)Prime32, 0xAC75FDA2929B17EFUL)]
    [InlineData(1, 0UL, 0xE934A84ADB052768UL)]
    [InlineData(1, (ulong)Prime32, 0x5014607643A9B4C3UL)]
    [InlineData(4, 0UL, 0x9136A0DCA57457EEUL)]
    [InlineData(14, 0UL, 0x8282DCC4994E35C8UL)]
    [InlineData(14, (ulong)Prime32, 0xC3BD6BF63DEB6DF0UL)]
    [InlineData(222, 0UL, 0xB641AE8CB691C174UL)]
    [InlineData(222, (ulong)Prime32, 0x20CB8AB7AE10C14AUL)]
    public void Published_vectors_hold(int length, ulong seed, ulong expected) =>
        XxHash64.HashToUInt64(SanityBuffer(length), (long)seed).ShouldBe(expected);

    [Fact] // RFC-less but widely published: XXH64("abc") and the specification's empty input.
    public void Text_hashes_as_elsewhere()
    {
        XxHash64.HashToUInt64("abc"u8).ShouldBe(0x44BC2CF5AD770999UL);
        Convert.ToHexString(XxHash64.Hash("abc"u8)).ShouldBe("44BC2CF5AD770999");
        XxHash64.Hash([.. "abc"u8]).ShouldBe(XxHash64.Hash("abc"u8));
        Should.Throw<ArgumentNullException>(() => XxHash64.Hash(null!));
    }

    static byte[] SanityBuffer(int length)
    {
        var buffer = new byte[length];
        ulong generator = Prime32;
        for (var i = 0; i < length; i++)
        {
            buffer[i] = (byte)(generator >> 56);
            generator = unchecked(generator * Prime64);
        }

        return buffer;
    }
}
