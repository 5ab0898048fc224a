namespace Doseline.Kernel.Ids;

/// <summary>Global trade item numbers of GS1.</summary>
public static class Gtin
{
    /// <summary>True for 8, 12, 13 or 14 digits whose last is the check digit of the others.</summary>
    public static bool IsValid(string text) =>
        text.Length is 8 or 12 or 13 or 14 && text.All(char.IsAsciiDigit) && CheckDigit(text[..^1]) == text[^1] - '0';

    /// <summary>Check digit: from the right the digits count 3, 1, 3, 1…; it fills the sum up to the next ten (GS1 General Specifications 7.9.1).</summary>
    /// <param name="body">Digits without the check digit.</param>
    public static int CheckDigit(string body)
    {
        var sum = 0;
        for (var i = 0; i < body.Length; i++) sum += (body[^(i + 1)] - '0') * (i % 2 == 0 ? 3 : 1);
        return (10 - sum % 10) % 10;
    }
}
