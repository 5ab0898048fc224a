using System.Globalization;
using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>What the platform found when it compared a value with its limits.</summary>
public enum Finding
{
    /// <summary>Within the specification.</summary>
    Pass,

    /// <summary>Out of specification.</summary>
    OutOfSpecification,
}

/// <summary>A judged value.</summary>
/// <param name="Number">The value, or the bound of a "less than" or "more than" value, in the unit of the test; null for a text.</param>
/// <param name="Finding">The verdict.</param>
public sealed record Judgement(double? Number, Finding Finding);

/// <summary>A value as an analyst sends it.</summary>
/// <param name="RawValue">As typed or read: a decimal number with a point, such a number after &lt; or &gt;, or a text.</param>
/// <param name="Unit">Unit; empty for a text.</param>
/// <param name="Method">Method used.</param>
public sealed record MeasuredValue(string RawValue, string Unit, string Method);

/// <summary>Judges results; a verdict is computed, never typed.</summary>
public static class ResultRules
{
    /// <summary>Compares a value with a test, unrounded.</summary>
    public static Decision<Judgement> Judge(SpecTest test, MeasuredValue value)
    {
        List<Refusal> refusals = [];
        if (value.Method != test.Method)
        {
            refusals.Add(Refusal.Invalid("method", "METHOD_NOT_SPECIFIED", $"{test.Code} is specified with method {test.Method}, not '{value.Method}'.")
                .With("method", value.Method).With("method_specified", test.Method));
        }

        if (value.Unit != test.Unit)
        {
            refusals.Add(Refusal.Invalid("unit", "UNIT_NOT_SPECIFIED", $"{test.Code} is specified in '{test.Unit}', not '{value.Unit}'; nothing is converted.")
                .With("unit", value.Unit).With("unit_specified", test.Unit));
        }

        refusals.RequireText(value.RawValue, "raw_value");
        var judged = string.IsNullOrWhiteSpace(value.RawValue) ? null
            : test.IsText ? new Judgement(null, FindingOf(value.RawValue.Trim() == test.ExpectedText))
            : Number(test, value.RawValue).OrAdd(refusals);
        return refusals is [] ? judged! : refusals;
    }

    static Decision<Judgement> Number(SpecTest test, string raw)
    {
        var text = raw.Trim();
        var below = text.StartsWith('<');
        var above = text.StartsWith('>');
        if (!double.TryParse(text.AsSpan(below || above ? 1 : 0), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return Refusal.Invalid("raw_value", "VALUE_NOT_A_NUMBER", $"{test.Code} needs a decimal number with a point, for example 98.7 or <0.25; '{raw}' is none.")
                .With("raw_value", raw);
        }

        // "Less than x" is known to pass a highest value from x on; every other comparison with an open value could go either way.
        if ((below && !(test.Low is null && number <= test.High)) || (above && !(test.High is null && number >= test.Low)))
        {
            return Refusal.Invalid("raw_value", "VALUE_UNDECIDABLE", $"'{raw}' neither meets nor fails {test.LimitText} for certain; measure or report a number.")
                .With("raw_value", raw).With("low", test.Low).With("high", test.High);
        }

        return new Judgement(number, FindingOf(below || above || (!(number < test.Low) && !(number > test.High))));
    }

    static Finding FindingOf(bool passes) => passes ? Finding.Pass : Finding.OutOfSpecification;
}
