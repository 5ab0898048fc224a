using System.Security.Cryptography;
using System.Text;

namespace Doseline.Kernel.Ids;

/// <summary>
/// The one form of an identifier, the same on the wire, in the database and on paper: 26 characters of Crockford base 32
/// (128 bits: 48 of time, 80 random) and a 27th check character, lower case. It never changes and is never reused.
/// </summary>
public static class Id
{
    // Crockford's alphabet leaves out i, l, o and u; the check character uses five more symbols so that it can hold a value modulo 37.
    const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    const string CheckAlphabet = Alphabet + "*~$=u";
    const int BodyLength = 26;

    /// <summary>Length of an identifier in characters.</summary>
    public const int Length = BodyLength + 1;

    /// <summary>Writes 16 bytes as an identifier.</summary>
    public static string Format(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 16) throw new ArgumentException("An identifier has 16 bytes.", nameof(bytes));
        var value = new UInt128(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        var check = (int)(value % 37);
        Span<char> text = stackalloc char[Length];
        for (var i = BodyLength - 1; i >= 0; i--, value >>= 5) text[i] = Alphabet[(int)(value & 31)];
        text[BodyLength] = CheckAlphabet[check];
        return new string(text);
    }

    /// <summary>True when the text has the form of an identifier and its check character fits, so that a mistyped one is caught.</summary>
    public static bool IsValid(string? text)
    {
        if (text is not { Length: Length }) return false;
        UInt128 value = 0;
        for (var i = 0; i < BodyLength; i++)
        {
            var digit = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (digit < 0 || (i == 0 && digit > 7)) return false;
            value = (value << 5) | (uint)digit;
        }

        return CheckAlphabet.IndexOf(text[BodyLength], StringComparison.Ordinal) == (int)(value % 37);
    }

    /// <summary>The identifier that always belongs to the same words, for example one dose for one order, so that a repeated fact makes the same thing.</summary>
    /// <param name="parts">What it is derived from, for example <c>"dose"</c> and an order id.</param>
    public static string From(params ReadOnlySpan<string> parts)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)), hash);
        return Format(hash[..16]);
    }
}
