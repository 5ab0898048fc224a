using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>Whether a person belongs here.</summary>
public enum PersonState
{
    /// <summary>Works here.</summary>
    Active,

    /// <summary>Has left; nothing is deleted, and the login is never used again.</summary>
    Left,
}

/// <summary>What kind of password a person has.</summary>
public enum PasswordState
{
    /// <summary>None: the person signs in elsewhere, or has left.</summary>
    None,

    /// <summary>Made by the platform and shown once; good for nothing but setting one's own.</summary>
    OneTime,

    /// <summary>Chosen by the person, known to nobody else.</summary>
    Own,
}

/// <summary>What the rules of sign-in look at.</summary>
/// <param name="State">Whether the person belongs here.</param>
/// <param name="Password">Kind of password.</param>
/// <param name="PasswordTime">When it was set (UTC); null for none.</param>
/// <param name="FailedCount">Wrong passwords since the last right one.</param>
/// <param name="LockedUntil">Locked until then (UTC) after too many wrong passwords; null when not.</param>
/// <param name="LockReason">Why an administrator locked the person out; empty when nobody did.</param>
/// <param name="LastSeen">Last sign-in, or the reset or joining since then (UTC).</param>
public sealed record Standing(
    PersonState State, PasswordState Password, DateTimeOffset? PasswordTime, long FailedCount, DateTimeOffset? LockedUntil, string LockReason, DateTimeOffset LastSeen);

/// <summary>Limits of sign-in, set by the site within its own procedure (21 CFR 11.300(b), (d)).</summary>
/// <param name="FailuresMax">Wrong passwords in a row before a person is locked out for a while.</param>
/// <param name="LockoutSpan">How long.</param>
/// <param name="OneTimeSpan">How long a one-time password may wait to be used.</param>
/// <param name="PasswordAgeMax">Age at which a password must be changed.</param>
/// <param name="InactiveSpan">Time without a sign-in after which an administrator has to let the person in again.</param>
public sealed record SignInLimits(int FailuresMax, TimeSpan LockoutSpan, TimeSpan OneTimeSpan, TimeSpan PasswordAgeMax, TimeSpan InactiveSpan)
{
    /// <summary>What holds unless configuration says otherwise.</summary>
    public static SignInLimits Default { get; } = new(5, TimeSpan.FromMinutes(15), TimeSpan.FromHours(72), TimeSpan.FromDays(365), TimeSpan.FromDays(90));
}

/// <summary>Rules of sign-in.</summary>
public static class SignIn
{
    /// <summary>Why the person may not even try a password now; null when they may.</summary>
    public static Refusal? Barrier(Standing person, SignInLimits limits, DateTimeOffset now)
    {
        if (person.State is PersonState.Left) return Refused("PERSON_LEFT", "This person has left.");
        if (person.LockReason is not "") return Refused("PERSON_LOCKED", "This person was locked out by an administrator.");
        if (person.LockedUntil > now) return Refused("PERSON_LOCKED_OUT", "Too many wrong passwords; try again later.").With("until_time", person.LockedUntil);
        if (person.Password is PasswordState.None) return Refused("PASSWORD_NOT_SET", "This person has no password here.");
        if (person.LastSeen + limits.InactiveSpan <= now) return Refused("PERSON_INACTIVE", "This person has not signed in for too long; an administrator has to reset the password.").With("last_sign_in_time", person.LastSeen);
        if (person.Password is PasswordState.OneTime && person.PasswordTime + limits.OneTimeSpan <= now)
            return Refused("ONE_TIME_PASSWORD_EXPIRED", "The one-time password was not used in time; an administrator has to reset it.").With("expire_time", person.PasswordTime + limits.OneTimeSpan);
        return null;
    }

    /// <summary>True when a right password is good for nothing but choosing a new one.</summary>
    public static bool MustChange(Standing person, SignInLimits limits, DateTimeOffset now) =>
        person.Password is PasswordState.OneTime || person.PasswordTime + limits.PasswordAgeMax <= now;

    /// <summary>Failures and lock after one more wrong password.</summary>
    public static (long FailedCount, DateTimeOffset? LockedUntil) AfterFailure(Standing person, SignInLimits limits, DateTimeOffset now)
    {
        // A lock that ran out starts the count again, or one more slip would lock for ever.
        var count = (person.LockedUntil is { } until && until <= now ? 0 : person.FailedCount) + 1;
        return (count, count >= limits.FailuresMax ? now + limits.LockoutSpan : null);
    }

    /// <summary>The one answer to a wrong name, a wrong password and a missing one, so that nobody learns which names exist.</summary>
    public static Refusal Wrong { get; } = Refused("SIGN_IN_REFUSED", "Name or password is wrong.");

    /// <summary>The answer where more passwords are given than are worth hashing at once.</summary>
    public static Refusal Busy { get; } = new(RefusalKind.Overload, "TOO_MANY_PASSWORDS", "password", "Too many passwords are being checked now; try again after a moment.");

    static Refusal Refused(string code, string message) => new(RefusalKind.Unauthenticated, code, "password", message);
}
