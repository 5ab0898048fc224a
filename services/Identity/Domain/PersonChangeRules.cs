using System.Globalization;
using System.Text;
using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>What of a person is changed by two.</summary>
public enum PersonChangeKind
{
    /// <summary>Printed name, or subject at another identity provider.</summary>
    Particulars,

    /// <summary>A one-time password in place of a lost one.</summary>
    Password,
}

/// <summary>What one administrator may not do to a person alone.</summary>
public static class PersonChangeRules
{
    /// <summary>True when a new one-time password for the person takes a second person: who has it could sign in her name.</summary>
    /// <param name="holdsSigningRole">True when the person holds a role that signs.</param>
    /// <param name="wasConfirmed">True when a witness once confirmed the person; before that nothing can have been signed, nor can it be.</param>
    public static bool ResetTakesTwo(bool holdsSigningRole, bool wasConfirmed) => holdsSigningRole && wasConfirmed;

    /// <summary>Why a change may not be decided on by the caller.</summary>
    /// <param name="changeId">Change.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="personId">Whom it concerns.</param>
    /// <param name="proposedBy">Who proposed it.</param>
    /// <param name="callerId">Who decides.</param>
    public static IEnumerable<Refusal> Decide(string changeId, AssignmentState state, string personId, string proposedBy, string callerId)
    {
        var resource = $"person_changes/{changeId}";
        if (state is not AssignmentState.Proposed) yield return Refusal.State(resource, "CHANGE_DECIDED", "This change was decided before.").With("state", state);
        if (personId == callerId) yield return Refusal.Denied(resource, "OWN_RECORD", "Nobody decides on a change of their own record.");
        if (proposedBy == callerId) yield return Refusal.Denied(resource, "APPROVER_IS_PROPOSER", "Who proposed a change does not approve it.");
    }

    /// <summary>Why a witness may not confirm a person now.</summary>
    /// <param name="personId">Person.</param>
    /// <param name="callerId">Witness.</param>
    /// <param name="confirmed">True when it was done before.</param>
    /// <param name="password">Kind of password that the person has.</param>
    /// <param name="callerConfirmed">True when the witness was confirmed.</param>
    public static IEnumerable<Refusal> Confirm(string personId, string callerId, bool confirmed, PasswordState password, bool callerConfirmed)
    {
        var resource = $"people/{personId}";
        if (personId == callerId) yield return Refusal.Denied(resource, "OWN_RECORD", "Nobody is their own witness.");
        if (!callerConfirmed) yield return Refusal.Denied(resource, "WITNESS_NOT_CONFIRMED", "A witness is confirmed first.");
        if (confirmed) yield return Refusal.State(resource, "PERSON_CONFIRMED", "This person was confirmed before.");
        if (password is not PasswordState.Own) yield return Refusal.State(resource, "PASSWORD_NOT_CHOSEN", "The person has not chosen a password yet.");
    }

    /// <summary>Why a person may not be locked out, or let go, by the caller.</summary>
    /// <param name="personId">Person.</param>
    /// <param name="held">Roles the person holds.</param>
    /// <param name="callerIsAdministrator">True when the caller is an administrator; otherwise QA of <paramref name="callerSites"/>.</param>
    /// <param name="callerSites">Sites where the caller holds the role it acts in.</param>
    /// <param name="soleHolderOf">Roles without which the installation does not go on and that nobody else holds who could act.</param>
    public static IEnumerable<Refusal> Remove(string personId, IReadOnlyList<Right> held, bool callerIsAdministrator, IReadOnlyList<string> callerSites, IReadOnlyList<string> soleHolderOf)
    {
        var resource = $"people/{personId}";
        if (!callerIsAdministrator && held.Any(r => r.Role is Roles.Administrator))
            yield return Refusal.Denied(resource, "RANK_TOO_LOW", "An administrator is locked out by another administrator.");
        if (!Cover(callerSites, held))
            yield return Refusal.Denied(resource, "SITE_NOT_ALLOWED", "This person works at a site where you have no such right.").With("site_ids", string.Join(',', held.Select(h => h.SiteId).Distinct(StringComparer.Ordinal)));
        foreach (var role in soleHolderOf)
            yield return Refusal.State(resource, "LAST_OF_ROLE", $"Nobody else holds the role {role}; another comes first.").With("role", role);
    }

    /// <summary>True when rights at these sites reach everywhere where roles are held; one that is held for every site is reached by one for every site.</summary>
    /// <param name="sites">Sites of the right.</param>
    /// <param name="held">Roles.</param>
    public static bool Cover(IReadOnlyList<string> sites, IEnumerable<Right> held) =>
        sites.Contains(Roles.AllSites, StringComparer.Ordinal) || held.All(h => sites.Contains(h.SiteId, StringComparer.Ordinal));

    /// <summary>The form under which a printed name is one and the same: blanks and case make no other.</summary>
    /// <param name="name">Printed name.</param>
    public static string NameKey(string name) => "name:" + string.Join(' ', name.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The form under which a subject at another identity provider is one and the same.</summary>
    /// <param name="subject">Subject.</param>
    public static string SubjectKey(string subject) => "subject:" + subject;

    /// <summary>Why nobody of this kind may bear a name or subject, whoever has it.</summary>
    /// <param name="name">Printed name.</param>
    /// <param name="subject">Subject at another identity provider; empty for none.</param>
    /// <param name="prefixes">What the subjects of foreign issuers begin with; none when no issuer is configured.</param>
    public static IEnumerable<Refusal> Bearable(string name, string subject, IReadOnlyList<string> prefixes)
    {
        if (NameKey(name).EndsWith(" service", StringComparison.Ordinal))
            yield return Refusal.Invalid("name", "NAME_RESERVED", "Names of this kind are those of the platform's services.");
        if (name.EnumerateRunes().Any(IsDisguise) || (name.Any(IsLatin) && name.Any(c => char.IsLetter(c) && c is >= '\u0370' and <= '\u052F')))
            yield return Refusal.Invalid("name", "NAME_DISGUISED", "A printed name has letters of one script, and none that cannot be seen or that only look like others.");
        if (subject is not "" && (subject.StartsWith(Roles.ServicePrefix, StringComparison.Ordinal) || (prefixes is not [] && !prefixes.Any(p => subject.StartsWith(p, StringComparison.Ordinal)))))
            yield return Refusal.Invalid("external_subject", "SUBJECT_OF_NO_ISSUER", "This is no subject of an issuer that is trusted here.").With("prefixes", string.Join(' ', prefixes));
    }

    // Unseen characters, full-width forms and mathematical letters; Cyrillic and Greek beside Latin are looked at above.
    static bool IsDisguise(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || rune.Value is (>= 0xFF00 and <= 0xFFEF) or (>= 0x1D400 and <= 0x1D7FF);

    static bool IsLatin(char c) => char.IsLetter(c) && c is <= '\u024F';
}
