using System.Text.RegularExpressions;
using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>Tokens that stand for a patient without saying who it is.</summary>
/// <remarks>A refusal never repeats the token: what was typed by mistake may be a name.</remarks>
public static partial class PatientTokens
{
    /// <summary>Adds a refusal when the token is malformed or looks like a name, a date of birth or a record number.</summary>
    public static void Check(List<Refusal> refusals, string token)
    {
        const string field = "patient_token";
        if (!Form().IsMatch(token))
            refusals.Add(Refusal.Invalid(field, "PATIENT_TOKEN_MALFORMED", "patient_token needs 8 to 64 letters, digits, '-' or '_'.").With("length", token.Length));
        else if (!Guid.TryParse(token, out _) && LooksLikeIdentity(token))
            refusals.Add(Refusal.Invalid(field, "PATIENT_TOKEN_IDENTIFIES", "patient_token looks like a name, a date or a record number; send a random token."));
    }

    static bool LooksLikeIdentity(string token) =>
        !token.Any(char.IsAsciiDigit)
        || !token.Any(char.IsAsciiLetter)
        || RecordNumber().IsMatch(token)
        || Names().IsMatch(token)
        || Date().IsMatch(token);

    [GeneratedRegex("^[A-Za-z0-9_-]{8,64}\\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    // A record, insurance or social security number under its usual prefix.
    [GeneratedRegex("^(?i)(mrn|ssn|dob|nhs|hic|medicare)[-_]?[0-9]", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RecordNumber();

    // Two capitalised words in a row.
    [GeneratedRegex("(^|[-_])[A-Z][a-z]{1,30}[-_]?[A-Z][a-z]{1,30}([-_0-9]|$)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();

    // A day of the years 1900 to 2099, year first or last, standing alone.
    [GeneratedRegex("(^|[-_])((19|20)[0-9]{2}[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12][0-9]|3[01])|[0-3][0-9][-_]?[0-3][0-9][-_]?(19|20)[0-9]{2})([-_]|$)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Date();
}
