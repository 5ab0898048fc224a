using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>What a role is, beside its rights, which stand in the policies of the methods.</summary>
/// <param name="Role">Role.</param>
/// <param name="Department">Department it belongs to.</param>
/// <param name="NeedsApproval">True when quality approves who holds it.</param>
/// <param name="Excludes">Roles that nobody holds beside it.</param>
public sealed record RoleInfo(string Role, string Department, bool NeedsApproval, IReadOnlyList<string> Excludes);

/// <summary>Who may hold which roles together, and who gives them: separation of duties as a table.</summary>
/// <remarks>
/// Who decides on a product neither makes, tests, sells nor ships it; who runs the system has no right over the product at all; who audits
/// changes nothing; nobody gives themselves anything, so that to get round it takes two (21 CFR 11.10(g), 11.200(a)(3), 211.22; requirement A068).
/// </remarks>
public static class RoleRules
{
    static readonly string[] Everybody = [.. Roles.All];

    // Each pair once; the exclusion holds both ways.
    static readonly (string Role, string Department, bool NeedsApproval, string[] Excludes)[] Table =
    [
        (Roles.Operator, "manufacturing", true, [Roles.Qa, Roles.QcAnalyst]),
        (Roles.Verifier, "manufacturing", true, [Roles.Qa, Roles.QcAnalyst]),
        (Roles.Planner, "supply chain", false, [Roles.Qa]),
        (Roles.SupplyDesk, "supply chain", false, [Roles.Qa, Roles.QcAnalyst]),
        (Roles.Shipping, "supply chain", true, [Roles.Qa]),
        (Roles.QcAnalyst, "quality control", true, [Roles.Qa]),
        (Roles.Qa, "quality assurance", true, []),
        (Roles.RadiationSafety, "radiation safety", true, [Roles.SupplyDesk]),
        (Roles.MasterData, "regulatory and master data", true, [Roles.Operator, Roles.Verifier]),
        (Roles.Auditor, "audit", true, Everybody),
        (Roles.Administrator, "information technology", true, Everybody),
        (Roles.Partner, "partners", false, Everybody),
    ];

    // These exclude others wherever they are held, not only at the same site.
    static readonly string[] Anywhere = [Roles.Administrator, Roles.Auditor, Roles.Partner];

    /// <summary>Every role.</summary>
    public static IReadOnlyList<RoleInfo> All { get; } = [.. Table.Select(t => new RoleInfo(t.Role, t.Department, t.NeedsApproval, [.. Roles.All.Where(other => other != t.Role && Excluded(t.Role, other))]))];

    /// <summary>True when nobody holds both roles.</summary>
    public static bool Excluded(string one, string other) => one != other && (Names(one, other) || Names(other, one));

    /// <summary>Whether a role may be proposed for somebody.</summary>
    /// <param name="wanted">Role and site.</param>
    /// <param name="holderIsAccount">True for a partner's account, false for a person.</param>
    /// <param name="holderId">Who would hold it.</param>
    /// <param name="callerId">Who proposes it.</param>
    /// <param name="held">Roles the holder has or is to have.</param>
    /// <param name="everHadQa">True when somebody holds QA in this installation, or once did, wherever.</param>
    /// <returns>Proposed, or granted at once where nobody has to approve or, for the first QA there ever is, can.</returns>
    public static Decision<AssignmentState> Propose(Right wanted, bool holderIsAccount, string holderId, string callerId, IReadOnlyList<Right> held, bool everHadQa)
    {
        List<Refusal> refusals = [];
        if (All.FirstOrDefault(r => r.Role == wanted.Role) is not { } info)
        {
            refusals.Add(Refusal.Invalid("role", "ROLE_UNKNOWN", $"There is no role {wanted.Role}.").With("roles", string.Join(',', Roles.All)));
            return refusals;
        }

        if (wanted.SiteId is not ({ Length: > 0 and <= 64 }) || !(wanted.SiteId is Roles.AllSites || wanted.SiteId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            refusals.Add(Refusal.Invalid("site_id", "SITE_INVALID", "site_id names a site, or is * for every one.").With("site_id", wanted.SiteId));
        if (holderId == callerId)
            refusals.Add(Refusal.Denied($"people/{holderId}", "OWN_RIGHTS", "Nobody gives themselves a right."));
        if (holderIsAccount != wanted.Role is Roles.Partner)
            refusals.Add(Refusal.Invalid("role", "ROLE_NOT_FOR_HOLDER", holderIsAccount ? "An account of a partner holds the role partner and no other." : "The role partner is for accounts.").With("role", wanted.Role));
        if (held.Contains(wanted))
            refusals.Add(Refusal.State($"people/{holderId}", "ROLE_HELD", $"The role {wanted.Role} at {wanted.SiteId} is held or proposed already."));
        foreach (var other in held.Where(h => Excluded(wanted.Role, h.Role) && Meet(wanted, h)))
        {
            refusals.Add(Refusal.State($"people/{holderId}", "ROLES_NOT_SEPARATE", $"{wanted.Role} and {other.Role} are not held by one person; the other must be removed first.")
                .With("role", wanted.Role).With("other_role", other.Role).With("other_site_id", other.SiteId));
        }

        if (refusals is not []) return refusals;
        return info.NeedsApproval && !(wanted.Role is Roles.Qa && !everHadQa) ? AssignmentState.Proposed : AssignmentState.Granted;
    }

    /// <summary>Whether a proposal may be approved or turned down.</summary>
    /// <param name="assignmentId">Assignment.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="holderId">Who would hold the role.</param>
    /// <param name="proposedBy">Who proposed it.</param>
    /// <param name="callerId">Who decides.</param>
    public static IReadOnlyList<Refusal> Decide(string assignmentId, AssignmentState state, string holderId, string proposedBy, string callerId)
    {
        List<Refusal> refusals = [];
        if (state is not AssignmentState.Proposed)
            refusals.Add(Refusal.State($"role_assignments/{assignmentId}", "ASSIGNMENT_DECIDED", "This assignment was decided before.").With("state", state));
        if (holderId == callerId) refusals.Add(Refusal.Denied($"role_assignments/{assignmentId}", "OWN_RIGHTS", "Nobody gives themselves a right."));
        if (proposedBy == callerId) refusals.Add(Refusal.Denied($"role_assignments/{assignmentId}", "APPROVER_IS_PROPOSER", "Who proposed a role does not approve it."));
        return refusals;
    }

    static bool Meet(Right one, Right other) =>
        one.SiteId == other.SiteId || one.SiteId is Roles.AllSites || other.SiteId is Roles.AllSites || Anywhere.Contains(one.Role, StringComparer.Ordinal) || Anywhere.Contains(other.Role, StringComparer.Ordinal);

    static bool Names(string one, string other) => Table.Any(t => t.Role == one && t.Excludes.Contains(other, StringComparer.Ordinal));
}
