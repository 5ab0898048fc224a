using System.Security.Cryptography;
using System.Text;

namespace Doseline.Kernel.Signing;

/// <summary>The hash by which content is known in records, signatures and facts: SHA-256 in lower-case hex.</summary>
public static class Digest
{
    /// <summary>Digest of a text's UTF-8 bytes.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Digest of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
