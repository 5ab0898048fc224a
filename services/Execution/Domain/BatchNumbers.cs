using System.Globalization;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>Numbers of batches, as people read them and as the DataMatrix on the label carries them: <c>{product}-{yymmdd}-{nn}</c>.</summary>
public static class BatchNumbers
{
    /// <summary>GS1 AI (10), batch or lot: at most 20 characters (GS1 General Specifications 3.4.1, here as recalled in the fact base).</summary>
    public const int LengthMax = 20;

    /// <summary>Batches of a product on one day; a third digit would not fit.</summary>
    public const int DayMax = 99;

    /// <summary>Longest product code that leaves room for the day and the count.</summary>
    public const int ProductCodeMax = LengthMax - 10;

    // Of GS1's character set 82, what survives a file name, a URL and a scanner of any make.
    const string Punctuation = "-._";

    /// <summary>The number of the batch after so many earlier ones.</summary>
    /// <param name="productCode">Product code.</param>
    /// <param name="day">Day of the start, in UTC.</param>
    /// <param name="earlier">Batches of the product started earlier on that day.</param>
    public static Decision<string> Next(string productCode, DateOnly day, int earlier) => earlier < DayMax
        ? Prefix(productCode, day) + (earlier + 1).ToString("00", CultureInfo.InvariantCulture)
        : Refusal.State($"products/{productCode}", "BATCH_NUMBERS_USED_UP", $"{DayMax} batches of {productCode} were started on {day:yyyy-MM-dd}; a number has two digits for them.").With("batches", earlier).With("batches_max", DayMax);

    /// <summary>What all numbers of a product and a day begin with.</summary>
    public static string Prefix(string productCode, DateOnly day) => $"{productCode}-{day.ToString("yyMMdd", CultureInfo.InvariantCulture)}-";

    /// <summary>Reasons why a product code makes no batch number that a label can carry.</summary>
    /// <param name="productCode">Product code.</param>
    /// <param name="field">Message field.</param>
    public static IEnumerable<Refusal> Against(string productCode, string field)
    {
        if (productCode.Length > ProductCodeMax)
        {
            yield return Refusal.Invalid(field, "PRODUCT_CODE_TOO_LONG_FOR_LABEL", $"With a product code of more than {ProductCodeMax} characters, batch numbers exceed the {LengthMax} that GS1 allows on a label.")
                .With("length", productCode.Length).With("length_max", ProductCodeMax);
        }

        if (productCode.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && !Punctuation.Contains(c, StringComparison.Ordinal)) is var wrong and not '\0')
            yield return Refusal.Invalid(field, "PRODUCT_CODE_NOT_PRINTABLE", $"A product code has letters, digits and {Punctuation}: '{wrong}' does not fit into a label's code.").With("character", wrong);
    }
}
