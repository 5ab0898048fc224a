using System.Buffers.Text;
using System.Security.Cryptography;

namespace Doseline.Platform.Hosting;

/// <summary>The machine's own randomness, for secrets. A simulation may foresee identifiers, but never a secret.</summary>
public static class Entropy
{
    /// <summary>That many random bytes.</summary>
    public static byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    /// <summary>A secret of that many random bytes, base64url.</summary>
    public static string Token(int bytes = 32) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>A secret that people read and type.</summary>
    /// <param name="alphabet">Characters to choose from.</param>
    /// <param name="length">How many.</param>
    public static string Text(string alphabet, int length) => RandomNumberGenerator.GetString(alphabet, length);
}
