namespace Doseline.Orders.Domain;

/// <summary>GS1 trade item numbers.</summary>
public static class Gtin
{
    /// <summary>True for 8, 12, 13 or 14 digits whose last is the check digit of the others.</summary>
    /// <remarks>GS1 General Specifications, check digit: weights 3 and 1 from the right, sum to the next multiple of ten.</remarks>
    public static bool IsValid(string text)
    {
        if (text.Length is not (8 or 12 or 13 or 14) || !text.All(char.IsAsciiDigit)) return false;
        var sum = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var weight = (text.Length - 1 - i) % 2 == 0 ? 1 : 3;
            sum += weight * (text[i] - '0');
        }

        return sum % 10 == 0;
    }
}
