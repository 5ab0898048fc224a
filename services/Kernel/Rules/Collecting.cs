namespace Doseline.Kernel.Rules;

/// <summary>Small forms for rules that collect every reason before they answer.</summary>
public static class Collecting
{
    /// <summary>Throws when any reason was collected.</summary>
    /// <exception cref="RefusedException">There is at least one reason.</exception>
    public static void ThrowIfAny(this List<Refusal> refusals)
    {
        if (refusals is not []) throw new RefusedException(refusals);
    }

    /// <summary>Adds a refusal of field <paramref name="field"/> when the text is missing or too long.</summary>
    /// <param name="refusals">Collected reasons.</param>
    /// <param name="value">Text as sent.</param>
    /// <param name="field">Proto field path.</param>
    /// <param name="lengthMax">Longest allowed, in UTF-16 units.</param>
    public static void RequireText(this List<Refusal> refusals, string? value, string field, int lengthMax = 200)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            refusals.Add(Refusal.Invalid(field, "FIELD_REQUIRED", $"{field} is required."));
        }
        else if (value.Length > lengthMax)
        {
            refusals.Add(Refusal.Invalid(field, "FIELD_TOO_LONG", $"{field} has {value.Length} characters; at most {lengthMax} are allowed.")
                .With("length", value.Length).With("length_max", lengthMax));
        }
    }

    /// <summary>Adds a refusal of field <paramref name="field"/> unless the number is finite and greater than zero.</summary>
    public static void RequirePositive(this List<Refusal> refusals, double value, string field)
    {
        if (!(value > 0) || double.IsInfinity(value))
            refusals.Add(Refusal.Invalid(field, "NUMBER_NOT_POSITIVE", $"{field} must be a finite number greater than 0.").With("value", value));
    }
}
