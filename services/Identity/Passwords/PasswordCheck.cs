using Doseline.Kernel.Rules;

namespace Doseline.Identity.Passwords;

/// <summary>What came of checking a password.</summary>
/// <param name="PersonId">The person; null when there is none of that name.</param>
/// <param name="Refusal">Why it was not accepted; null when it was.</param>
/// <param name="MustChange">True when it was right, but is good for nothing but choosing a new one: a one-time or an aged password.</param>
public sealed record PasswordCheck(string? PersonId, Refusal? Refusal, bool MustChange)
{
    /// <summary>True when the password was right and may be used.</summary>
    public bool Accepted => Refusal is null && !MustChange;
}
