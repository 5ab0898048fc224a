using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>Who may sign what, once the password was right.</summary>
public static class SigningRules
{
    /// <summary>Why the signer may not sign this; none when they may.</summary>
    /// <param name="signerId">Who signs.</param>
    /// <param name="signerRoles">Roles of the signer.</param>
    /// <param name="callerId">Who is signed in.</param>
    /// <param name="second">True for the second person's signature, given here or at another screen; that it is another person's, the method itself sees.</param>
    /// <param name="rolesNeeded">Roles that the method, or its second person, needs; any one.</param>
    public static IEnumerable<Refusal> Refusals(string signerId, IReadOnlyList<string> signerRoles, string callerId, bool second, IReadOnlyList<string> rolesNeeded)
    {
        if (!second && signerId != callerId)
            yield return Refusal.Denied("login_name", "SIGNER_NOT_CALLER", "Only who is signed in can sign first; another person signs as the second.").With("signer_id", signerId).With("caller_id", callerId);
        if (!rolesNeeded.Any(role => signerRoles.Contains(role, StringComparer.Ordinal)))
            yield return Refusal.Denied("login_name", "SIGNER_ROLE_NOT_ALLOWED", $"To sign this a person needs one of the roles {string.Join(", ", rolesNeeded)}.").With("roles_needed", string.Join(',', rolesNeeded));
    }

    /// <summary>The refusal of a signer whose password was given to her and whom no witness has confirmed since.</summary>
    /// <param name="signerId">Who wanted to sign.</param>
    public static Refusal NotConfirmed(string signerId) =>
        Refusal.Denied($"people/{signerId}", "PERSON_NOT_CONFIRMED", "After a one-time password somebody who knows the person signs that it is her (ConfirmPerson); then she signs.").With("signer_id", signerId);

    /// <summary>The refusal where the password alone is not enough (21 CFR 11.200(a)(1)).</summary>
    /// <param name="until">When the password alone ceased to be enough; null when it never was in this session.</param>
    public static Refusal BothNeeded(DateTimeOffset? until) =>
        Refusal.Invalid("login_name", "LOGIN_NAME_NEEDED", "The first signature of a session, and the first after a pause, needs both the sign-in name and the password.").With("password_only_until_time", until);
}
