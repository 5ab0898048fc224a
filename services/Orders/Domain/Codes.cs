using System.Text;

namespace Doseline.Orders.Domain;

/// <summary>Names of enums as codes.</summary>
public static class Codes
{
    /// <summary>The name in UPPER_SNAKE_CASE, for example <c>IN_PRODUCTION</c>.</summary>
    public static string Of(Enum value)
    {
        var text = new StringBuilder();
        foreach (var letter in value.ToString())
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0) text.Append('_');
            text.Append(char.ToUpperInvariant(letter));
        }

        return text.ToString();
    }
}
