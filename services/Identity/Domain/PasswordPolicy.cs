using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>What a password must be like.</summary>
/// <remarks>
/// Length and not being guessable count; recipes of characters do not (NIST SP 800-63B, 5.1.1.2). Past passwords are refused where they
/// can be checked, against their hashes.
/// </remarks>
public static class PasswordPolicy
{
    /// <summary>Fewest characters.</summary>
    public const int LengthMin = 12;

    /// <summary>Most characters; beyond it the hash would only cost time.</summary>
    public const int LengthMax = 128;

    /// <summary>Fewest different characters.</summary>
    public const int DistinctMin = 6;

    /// <summary>Past passwords that may not be chosen again.</summary>
    public const int HistoryMax = 5;

    static readonly string[] Common = ["password", "passwort", "doseline", "qwerty", "azerty", "letmein", "welcome", "12345", "abcdef", "changeme", "lutetium", "actinium", "secret"];

    /// <summary>Accepts a new password or says everything that is wrong with it.</summary>
    /// <param name="password">The password; never logged and never quoted in a refusal.</param>
    /// <param name="login">Sign-in name of the person.</param>
    /// <param name="name">Printed name of the person.</param>
    public static Decision<string> Check(string password, string login, string name)
    {
        List<Refusal> refusals = [];
        if (password.Length < LengthMin)
            refusals.Add(Refused("PASSWORD_TOO_SHORT", $"A password has at least {LengthMin} characters.").With("length", password.Length).With("length_min", LengthMin));
        if (password.Length > LengthMax)
            refusals.Add(Refused("PASSWORD_TOO_LONG", $"A password has at most {LengthMax} characters.").With("length", password.Length).With("length_max", LengthMax));
        if (password.Distinct().Count() is var distinct && distinct < DistinctMin)
            refusals.Add(Refused("PASSWORD_TOO_UNIFORM", $"A password has at least {DistinctMin} different characters.").With("distinct", distinct).With("distinct_min", DistinctMin));
        if (password.Any(char.IsControl))
            refusals.Add(Refused("PASSWORD_NOT_PRINTABLE", "A password has no control characters."));
        string[] personal = [login, .. name.Split(' ')];
        if (personal.FirstOrDefault(part => part.Length >= 4 && password.Contains(part, StringComparison.OrdinalIgnoreCase)) is not null)
            refusals.Add(Refused("PASSWORD_CONTAINS_NAME", "A password does not contain the person's name or sign-in name."));
        if (Common.Any(word => password.Contains(word, StringComparison.OrdinalIgnoreCase)))
            refusals.Add(Refused("PASSWORD_TOO_COMMON", "A password does not contain a word that is tried first."));
        return refusals is [] ? password : refusals;
    }

    /// <summary>The refusal of a password that was used before.</summary>
    public static Refusal Reused { get; } = Refused("PASSWORD_USED_BEFORE", $"The last {HistoryMax} passwords are not used again.").With("history", HistoryMax);

    static Refusal Refused(string code, string message) => Refusal.Invalid("new_password", code, message);
}
