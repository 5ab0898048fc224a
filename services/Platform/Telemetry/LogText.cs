using System.Globalization;
using System.Text;

namespace Doseline.Platform.Telemetry;

/// <summary>Somebody else's words in a log: short, in one line, and without what a terminal would obey.</summary>
static class LogText
{
    const int LengthMax = 300;

    /// <summary>The text as it may stand in a log; what is no plain character is written as its number.</summary>
    /// <param name="text">As it came; null is none.</param>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        StringBuilder plain = new(Math.Min(text.Length, LengthMax) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= LengthMax) return plain.Append('…').ToString();
            // Controls, and the marks that turn text round or hide it.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate)
                plain.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                plain.Append(rune);
        }

        return plain.ToString();
    }
}
