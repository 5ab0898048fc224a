using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using AssignmentState = Doseline.Identity.Domain.AssignmentState;

namespace Doseline.Identity.Api;

public sealed partial class PeopleApi
{
    /// <inheritdoc/>
    public override Task<ProposeRoleResponse> ProposeRole(ProposeRoleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        // Two proposals at once could each be separate from what is there and not from each other.
        return db.LockedAsync($"roles:{request.HolderId}", async () =>
        {
            List<Refusal> refusals = [];
            refusals.RequireText(request.Reason, "reason", 400);
            var row = await ProposedAsync(request.HolderId, request.Role, request.SiteId, [], refusals, cancel);
            refusals.ThrowIfAny();
            return await db.AnswerAsync(new ProposeRoleResponse { Assignment = row!.ToWire(1) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override Task<MovePersonResponse> MovePerson(MovePersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        return db.LockedAsync($"roles:{request.PersonId}", async () =>
        {
            var person = await FindAsync(request.PersonId, cancel);
            List<Refusal> refusals = [];
            refusals.RequireText(request.Reason, "reason", 400);
            RequireOther(person, refusals);
            if (request.FromSiteId == request.ToSiteId) refusals.Add(Refusal.Invalid("to_site_id", "SITES_SAME", "A move is from one site to another."));
            var ending = (await OpenAsync(person.Id, cancel)).Where(r => r.SiteId == request.FromSiteId).ToList();
            foreach (var role in await SoleHolderOfAsync(person.Id, ending.Where(r => r.State is AssignmentState.Granted).Select(r => new Right(r.Role, r.SiteId)), cancel))
                refusals.Add(Refusal.State($"people/{person.Id}", "LAST_OF_ROLE", $"Nobody else holds the role {role}; another comes first.").With("role", role));
            foreach (var role in request.Roles.Distinct(StringComparer.Ordinal)) await ProposedAsync(person.Id, role, request.ToSiteId, ending, refusals, cancel);
            refusals.ThrowIfAny();
            foreach (var role in ending) End(role, role.State is AssignmentState.Granted ? AssignmentState.Removed : AssignmentState.Refused);
            var moved = person.ToWire([], db.Now);
            // New ones have no version before they are saved; the others stay as they are.
            moved.Roles.Add(db.ChangeTracker.Entries<RoleAssignmentRow>().Where(e => e.Entity.State is AssignmentState.Granted or AssignmentState.Proposed)
                .OrderBy(e => e.Entity.Role, StringComparer.Ordinal).ThenBy(e => e.Entity.SiteId, StringComparer.Ordinal)
                .Select(e => e.Entity.ToWire(e.State is EntityState.Added ? 1 : e.Entity.Version)));
            return await db.AnswerAsync(new MovePersonResponse { Person = moved }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ApproveRoleResponse> ApproveRole(ApproveRoleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await DecidedAsync(request.AssignmentId, request.Version, request.Reason, cancel);
        (row.State, row.ApprovedBy, row.GrantedTime) = (AssignmentState.Granted, db.Request.Caller.Subject, db.Now);
        db.Publish(row.HolderId, new RoleGranted { HolderId = row.HolderId, Role = row.Role, SiteId = row.SiteId });
        return await db.AnswerAsync(new ApproveRoleResponse { Assignment = row.ToWire(row.Version + 1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<RefuseRoleResponse> RefuseRole(RefuseRoleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await DecidedAsync(request.AssignmentId, request.Version, request.Reason, cancel);
        End(row, AssignmentState.Refused);
        return await db.AnswerAsync(new RefuseRoleResponse { Assignment = row.ToWire(row.Version + 1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<RemoveRoleResponse> RemoveRole(RemoveRoleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await AssignmentAsync(request.AssignmentId, cancel);
        db.Request.Caller.RequireSite(row.SiteId);
        List<Refusal> refusals = [];
        if (row.Version != request.Version) refusals.Add(Refusal.Stale($"role_assignments/{row.Id}", request.Version, row.Version));
        if (row.State is not AssignmentState.Granted) refusals.Add(Refusal.State($"role_assignments/{row.Id}", "ASSIGNMENT_NOT_GRANTED", "Only a role that is held is taken away.").With("state", row.State));
        foreach (var role in await SoleHolderOfAsync(row.HolderId, [new(row.Role, row.SiteId)], cancel))
            refusals.Add(Refusal.State($"role_assignments/{row.Id}", "LAST_OF_ROLE", $"Nobody else holds the role {role}; another comes first.").With("role", role));
        refusals.RequireText(request.Reason, "reason", 400);
        refusals.ThrowIfAny();
        End(row, AssignmentState.Removed);
        return await db.AnswerAsync(new RemoveRoleResponse { Assignment = row.ToWire(row.Version + 1) }, cancel);
    }

    /// <inheritdoc/>
    public override Task<ListRolesResponse> ListRoles(ListRolesRequest request, ServerCallContext context)
    {
        ListRolesResponse response = new();
        foreach (var role in RoleRules.All)
        {
            response.Roles.Add(new V1.RoleInfo
            {
                Role = role.Role, Department = role.Department, NeedsApproval = role.NeedsApproval, ForAccounts = role.Role is Roles.Partner, Excludes = { role.Excludes },
            });
        }

        return Task.FromResult(response);
    }

    async Task<RoleAssignmentRow?> ProposedAsync(string holderId, string role, string siteId, IReadOnlyList<RoleAssignmentRow> ending, List<Refusal> refusals, CancellationToken cancel)
    {
        var caller = db.Request.Caller;
        if (siteId.Length > 0) caller.RequireSite(siteId);
        await sites.RequireAsync(siteId, refusals, cancel);
        var isAccount = await db.Accounts.AnyAsync(a => a.Id == holderId && a.Kind == Domain.AccountKind.Partner, cancel);
        if (!isAccount && !await db.People.AnyAsync(p => p.Id == holderId && p.State == PersonState.Active, cancel))
        {
            refusals.Add(Refusal.Missing($"people/{holderId}", "HOLDER_UNKNOWN", "There is no such person here, and no such account of a partner.").With("holder_id", holderId));
            return null;
        }

        var held = (await OpenAsync(holderId, cancel)).Except(ending).Select(r => new Right(r.Role, r.SiteId))
            .Concat(db.ChangeTracker.Entries<RoleAssignmentRow>().Where(e => e.State is EntityState.Added).Select(e => new Right(e.Entity.Role, e.Entity.SiteId))).ToList();
        var decision = RoleRules.Propose(new Right(role, siteId), isAccount, holderId, caller.Subject, held, await EverHadQaAsync(cancel));
        if (!decision.Accepted)
        {
            refusals.AddRange(decision.Refusals);
            return null;
        }

        RoleAssignmentRow row = new()
        {
            Id = db.Ids.New(), HolderId = holderId, Role = role, SiteId = siteId, State = decision.Value, ProposedBy = caller.Subject, ProposedTime = db.Now,
            GrantedTime = decision.Value is AssignmentState.Granted ? db.Now : null,
        };
        db.RoleAssignments.Add(row);
        // Whom nobody could approve, nobody can confirm either.
        if (row is { Role: Roles.Qa, State: AssignmentState.Granted } && await db.People.FirstOrDefaultAsync(p => p.Id == holderId, cancel) is { } first) (first.Confirmed, first.ConfirmedTime) = (true, db.Now);
        if (row.State is AssignmentState.Granted) db.Publish(holderId, new RoleGranted { HolderId = holderId, Role = role, SiteId = siteId });
        return row;
    }

    async Task<RoleAssignmentRow> DecidedAsync(string assignmentId, long version, string reason, CancellationToken cancel)
    {
        var row = await AssignmentAsync(assignmentId, cancel);
        db.Request.Caller.RequireSite(row.SiteId);
        List<Refusal> refusals = [.. RoleRules.Decide(row.Id, row.State, row.HolderId, row.ProposedBy, db.Request.Caller.Subject)];
        if (row.Version != version) refusals.Add(Refusal.Stale($"role_assignments/{row.Id}", version, row.Version));
        refusals.RequireText(reason, "reason", 400);
        refusals.ThrowIfAny();
        return row;
    }

    async Task<RoleAssignmentRow> AssignmentAsync(string id, CancellationToken cancel) => await db.RoleAssignments.FirstOrDefaultAsync(r => r.Id == id, cancel)
        ?? throw new RefusedException(Refusal.Missing($"role_assignments/{id}", "ASSIGNMENT_UNKNOWN", $"There is no assignment {id}.").With("assignment_id", id));

    void End(RoleAssignmentRow row, AssignmentState state)
    {
        if (row.State is AssignmentState.Granted) db.Publish(row.HolderId, new RoleRemoved { HolderId = row.HolderId, Role = row.Role, SiteId = row.SiteId });
        (row.State, row.RemovedBy, row.RemovedTime) = (state, db.Request.Caller.Subject, db.Now);
    }
}
