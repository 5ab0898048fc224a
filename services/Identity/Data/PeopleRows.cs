using Doseline.Identity.Domain;
using Doseline.Platform.Data;

namespace Doseline.Identity.Data;

/// <summary>A person who acts, or acted, on the platform. Ids and logins are never given to anybody else (21 CFR 11.100(a)).</summary>
public sealed class PersonRow : IGxpRow
{
    /// <summary>Immutable id: the subject of tokens, audit rows and signatures.</summary>
    public required string Id { get; init; }

    /// <summary>Sign-in name, lower case.</summary>
    public required string Login { get; init; }

    /// <summary>Printed name, as it stands on signatures.</summary>
    public required string Name { get; set; }

    /// <summary>Subject in another identity provider, as the kernel's token reader names it; empty when the person signs in here.</summary>
    public string ExternalSubject { get; set; } = "";

    /// <summary>Whether the person still belongs here.</summary>
    public PersonState State { get; set; }

    /// <summary>Instant of joining (UTC).</summary>
    public required DateTimeOffset JoinedTime { get; init; }

    /// <summary>Instant of leaving (UTC); null while the person is here.</summary>
    public DateTimeOffset? LeftTime { get; set; }

    /// <summary>What kind of password the person has.</summary>
    public PasswordState PasswordState { get; set; }

    /// <summary>Number of the password in use, from 1; 0 for none.</summary>
    public long PasswordNumber { get; set; }

    /// <summary>SHA-256 over the stored hash of the password in use: a hash exchanged in the database is found, and the audit trail holds no hash of a password.</summary>
    public string PasswordMark { get; set; } = "";

    /// <summary>Instant the password was set (UTC); null for none.</summary>
    public DateTimeOffset? PasswordTime { get; set; }

    /// <summary>Wrong passwords at the door since the last right one.</summary>
    public long FailedCount { get; set; }

    /// <summary>The door is locked until then (UTC) after too many wrong passwords; null when not. Who is signed in goes on.</summary>
    public DateTimeOffset? LockedUntilTime { get; set; }

    /// <summary>Wrong passwords given within a session, to sign or to choose another, since the last right one.</summary>
    public long SessionFailedCount { get; set; }

    /// <summary>Nothing is signed until then (UTC) after too many wrong passwords within a session; null when not.</summary>
    public DateTimeOffset? SessionLockedUntilTime { get; set; }

    /// <summary>Why an administrator locked the person out; empty when nobody did. Such a lock does not end by itself.</summary>
    public string LockReason { get; set; } = "";

    /// <summary>True when a witness has confirmed that the password is the person's own. Nothing is signed before that.</summary>
    public bool Confirmed { get; set; }

    /// <summary>When a witness last confirmed it (UTC); null when none ever did.</summary>
    public DateTimeOffset? ConfirmedTime { get; set; }

    /// <summary>Instant of the last sign-in (UTC); null before the first.</summary>
    public DateTimeOffset? LastSignInTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>What the rules look at when somebody gives a password at the door.</summary>
    public Standing Standing => new(State, PasswordState, PasswordTime, FailedCount, LockedUntilTime, LockReason, LastSignInTime ?? PasswordTime ?? JoinedTime);

    /// <summary>What the rules look at when somebody who is signed in gives a password: what strangers tried at the door keeps nobody from working.</summary>
    public Standing StandingWithin => Standing with { FailedCount = SessionFailedCount, LockedUntil = SessionLockedUntilTime };
}

/// <summary>A password as ASP.NET Core Identity hashes it; past ones stay for a while so that they are not used again. Not a GxP row: its hash must not reach the audit trail.</summary>
public sealed class PasswordRow
{
    /// <summary>Whose.</summary>
    public required string PersonId { get; init; }

    /// <summary>Number, from 1, growing.</summary>
    public required long Number { get; init; }

    /// <summary>Salted, iterated hash with its own parameters.</summary>
    public required string Hash { get; set; }
}

/// <summary>A role of a person or account at a site.</summary>
public sealed class RoleAssignmentRow : IGxpRow
{
    /// <summary>Assignment id.</summary>
    public required string Id { get; init; }

    /// <summary>Person or account.</summary>
    public required string HolderId { get; init; }

    /// <summary>Role, see <see cref="Kernel.Rules.Roles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>Site; <c>*</c> for every site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Where it stands.</summary>
    public AssignmentState State { get; set; }

    /// <summary>Who proposed it: immutable id.</summary>
    public required string ProposedBy { get; init; }

    /// <summary>When it was proposed (UTC).</summary>
    public required DateTimeOffset ProposedTime { get; init; }

    /// <summary>Who approved it: immutable id; empty when nobody did or had to.</summary>
    public string ApprovedBy { get; set; } = "";

    /// <summary>When it took effect (UTC); null while it waits or when it was turned down.</summary>
    public DateTimeOffset? GrantedTime { get; set; }

    /// <summary>Who removed it or turned it down: immutable id; empty until then.</summary>
    public string RemovedBy { get; set; } = "";

    /// <summary>When it was removed or turned down (UTC); null until then.</summary>
    public DateTimeOffset? RemovedTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>The public half of a key that signs; the private half is in the <see cref="Platform.Auth.KeyStore"/> under <c>identity-{number}</c>.</summary>
public sealed class SigningKeyRow : IGxpRow
{
    /// <summary>Key id: RFC 7638 thumbprint.</summary>
    public required string Kid { get; init; }

    /// <summary>Number, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>Public key, JSON Web Key.</summary>
    public required string PublicJwk { get; init; }

    /// <summary>Signs from then on (UTC).</summary>
    public required DateTimeOffset ActiveTime { get; init; }

    /// <summary>Instant from which nothing that it signed is accepted any more (UTC); null while it is in use.</summary>
    public DateTimeOffset? RetireTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>Whether it may sign at <paramref name="time"/>.</summary>
    public bool SignsAt(DateTimeOffset time) => ActiveTime <= time && (RetireTime is null || RetireTime > time);
}

/// <summary>The private half of a signing key; no part of the record, so that the trail holds no key.</summary>
public sealed class SigningSecretRow
{
    /// <summary>Key id.</summary>
    public required string Kid { get; init; }

    /// <summary>PKCS #8, sealed for this key id; base64.</summary>
    public required string Box { get; init; }
}
