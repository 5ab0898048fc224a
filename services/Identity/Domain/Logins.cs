using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>Sign-in names.</summary>
public static class Logins
{
    /// <summary>Most characters.</summary>
    public const int LengthMax = 64;

    /// <summary>The one form of a name: lower case, without blanks around it.</summary>
    public static string Normal(string login) => login.Trim().ToLowerInvariant();

    /// <summary>Accepts a name of letters, digits, dot, hyphen, underscore and @, in its one form.</summary>
    /// <param name="login">Name as typed.</param>
    /// <param name="field">Proto field path.</param>
    public static Decision<string> Check(string login, string field)
    {
        var normal = Normal(login);
        if (normal.Length is 0 or > LengthMax || !normal.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_' or '@'))
        {
            return Refusal.Invalid(field, "LOGIN_INVALID", $"{field} has 1 to {LengthMax} of the characters a-z, 0-9, '.', '-', '_' and '@'.").With("length_max", LengthMax);
        }

        return normal;
    }
}
