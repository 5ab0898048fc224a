using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Signing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using AssignmentState = Doseline.Identity.Domain.AssignmentState;
using PersonChangeKind = Doseline.Identity.Domain.PersonChangeKind;

namespace Doseline.Identity.Api;

/// <content>What takes two: one proposes, another decides, and a witness confirms.</content>
public sealed partial class PeopleApi
{
    // Roles whose holders sign something, by the policies of the methods.
    static readonly Lazy<HashSet<string>> SigningRoles = new(() => ContractMethods.All.Values.Select(ContractMethods.PolicyOf).Where(p => p?.Signature is not null)
        .SelectMany(p => p!.Roles.Concat(p.Signature.SecondRoles)).ToHashSet(StringComparer.Ordinal));

    /// <inheritdoc/>
    public override async Task<ChangePersonResponse> ChangePerson(ChangePersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        List<Refusal> refusals = [];
        if (person.Version != request.Version) refusals.Add(Refusal.Stale($"people/{person.Id}", request.Version, person.Version));
        refusals.RequireText(request.Name, "name");
        refusals.RequireText(request.Reason, "reason", 400);
        RequireOther(person, refusals);
        await names.RequireFreeAsync(person.Id, request.Name, request.ExternalSubject, refusals, cancel);
        refusals.ThrowIfAny();
        // Nobody could approve, and nobody be passed by.
        if (!await EverHadQaAsync(cancel))
        {
            await RenameAsync(person, request.Name.Trim(), request.ExternalSubject, cancel);
            return await db.AnswerAsync(new ChangePersonResponse { Person = await WireAsync(person, cancel) }, cancel);
        }

        var change = await ProposeAsync(new PersonChangeRow
        {
            Id = db.Ids.New(), PersonId = person.Id, Kind = PersonChangeKind.Particulars, Name = request.Name.Trim(), ExternalSubject = request.ExternalSubject, ProposedBy = db.Request.Caller.Subject, ProposedTime = db.Now,
        }, cancel);
        return await db.AnswerAsync(new ChangePersonResponse { Person = person.ToWire(await OpenAsync(person.Id, cancel), db.Now), Change = change.ToWire(1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ResetPasswordResponse> ResetPassword(ResetPasswordRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        RequireOther(person, refusals);
        if (person.State is PersonState.Left) refusals.Add(Refusal.State($"people/{person.Id}", "PERSON_LEFT", "Who has left gets no password."));
        if (person.ExternalSubject is not "") refusals.Add(Refusal.State($"people/{person.Id}", "PERSON_SIGNS_IN_ELSEWHERE", "This person has no password here."));
        refusals.ThrowIfAny();
        var roles = await OpenAsync(person.Id, cancel);
        // The first QA, or administrator, who lost the password before using it: nobody else is there yet.
        var untouched = person is { Confirmed: true, PasswordState: PasswordState.OneTime };
        if (!untouched && PersonChangeRules.ResetTakesTwo(roles.Any(r => r.State is AssignmentState.Granted && SigningRoles.Value.Contains(r.Role)), person.ConfirmedTime is not null))
        {
            var change = await ProposeAsync(new PersonChangeRow { Id = db.Ids.New(), PersonId = person.Id, Kind = PersonChangeKind.Password, ProposedBy = db.Request.Caller.Subject, ProposedTime = db.Now }, cancel);
            var half = credentials.Prepare(db, person, change.Id);
            var proposed = await db.AnswerAsync(new ResetPasswordResponse { Person = person.ToWire(roles, db.Now), Change = change.ToWire(1) }, cancel);
            return new ResetPasswordResponse(proposed) { OneTimePassword = half };
        }

        var password = await credentials.ResetAsync(db, person, cancel);
        person.Confirmed = untouched;
        var answer = await db.AnswerAsync(new ResetPasswordResponse { Person = await WireAsync(person, cancel) }, cancel);
        await sessions.EndAllAsync(person.Id, "password reset", cancel);
        return new ResetPasswordResponse(answer) { OneTimePassword = password };
    }

    /// <inheritdoc/>
    public override async Task<ApprovePersonChangeResponse> ApprovePersonChange(ApprovePersonChangeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (change, person) = await DecidedChangeAsync(request.ChangeId, request.Version, request.Reason, cancel);
        var half = "";
        if (change.Kind is PersonChangeKind.Password)
        {
            half = await credentials.ReleaseAsync(db, person, change.Id, cancel);
        }
        else
        {
            // It may have become another's since it was proposed.
            List<Refusal> refusals = [];
            await names.RequireFreeAsync(person.Id, change.Name, change.ExternalSubject, refusals, cancel);
            refusals.ThrowIfAny();
            await RenameAsync(person, change.Name, change.ExternalSubject, cancel);
        }

        (change.State, change.DecidedBy, change.DecidedTime) = (AssignmentState.Granted, db.Request.Caller.Subject, db.Now);
        var answer = await db.AnswerAsync(new ApprovePersonChangeResponse { Person = await WireAsync(person, cancel) }, cancel);
        // Whoever the old password or name let in signs in again.
        await sessions.EndAllAsync(person.Id, "changed by two", cancel);
        return new ApprovePersonChangeResponse(answer) { OneTimePassword = half };
    }

    /// <inheritdoc/>
    public override async Task<RefusePersonChangeResponse> RefusePersonChange(RefusePersonChangeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (change, person) = await DecidedChangeAsync(request.ChangeId, request.Version, request.Reason, cancel);
        await TurnDownAsync(change, cancel);
        return await db.AnswerAsync(new RefusePersonChangeResponse { Person = person.ToWire(await OpenAsync(person.Id, cancel), db.Now) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ConfirmPersonResponse> ConfirmPerson(ConfirmPersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        var caller = db.Request.Caller.Subject;
        // A development token stands for nobody who could be confirmed.
        var witness = db.Request.Caller.IsDevelopment || await db.People.AnyAsync(p => p.Confirmed && p.Id == caller, cancel);
        List<Refusal> refusals = [.. PersonChangeRules.Confirm(person.Id, caller, person.Confirmed, person.PasswordState, witness)];
        if (person.Version != request.Version) refusals.Add(Refusal.Stale($"people/{person.Id}", request.Version, person.Version));
        refusals.RequireText(request.Reason, "reason", 400);
        refusals.ThrowIfAny();
        (person.Confirmed, person.ConfirmedTime) = (true, db.Now);
        return await db.AnswerAsync(new ConfirmPersonResponse { Person = await WireAsync(person, cancel) }, cancel);
    }

    // The newest proposal of its kind is the one that waits.
    async Task<PersonChangeRow> ProposeAsync(PersonChangeRow change, CancellationToken cancel)
    {
        foreach (var earlier in await db.PersonChanges.Where(c => c.PersonId == change.PersonId && c.Kind == change.Kind && c.State == AssignmentState.Proposed).ToListAsync(cancel)) await TurnDownAsync(earlier, cancel);
        db.PersonChanges.Add(change);
        return change;
    }

    async Task TurnDownAsync(PersonChangeRow change, CancellationToken cancel)
    {
        (change.State, change.DecidedBy, change.DecidedTime) = (AssignmentState.Refused, db.Request.Caller.Subject, db.Now);
        if (await db.WaitingPasswords.FindAsync([change.Id], cancel) is { } waiting) db.WaitingPasswords.Remove(waiting);
    }

    async Task RenameAsync(PersonRow person, string name, string subject, CancellationToken cancel)
    {
        await names.TakeAsync(person.Id, name, subject, cancel);
        (person.Name, person.ExternalSubject) = (name, subject);
    }

    async Task<(PersonChangeRow Change, PersonRow Person)> DecidedChangeAsync(string changeId, long version, string reason, CancellationToken cancel)
    {
        var change = await db.PersonChanges.FirstOrDefaultAsync(c => c.Id == changeId, cancel)
            ?? throw new RefusedException(Refusal.Missing($"person_changes/{changeId}", "CHANGE_UNKNOWN", $"There is no change {changeId}.").With("change_id", changeId));
        var person = await FindAsync(change.PersonId, cancel);
        List<Refusal> refusals = [.. PersonChangeRules.Decide(change.Id, change.State, change.PersonId, change.ProposedBy, db.Request.Caller.Subject)];
        // An administrator's or auditor's role is of no site's plant: any QA is of another house than theirs.
        if (!PersonChangeRules.Cover(db.Request.Caller.Sites, (await HeldAsync(person.Id, cancel)).Where(h => SigningRoles.Value.Contains(h.Role) && h.Role is not Roles.Administrator)))
            refusals.Add(Refusal.Denied($"people/{person.Id}", "SITE_NOT_ALLOWED", "This person signs at a site where you have no such right."));
        if (change.Version != version) refusals.Add(Refusal.Stale($"person_changes/{change.Id}", version, change.Version));
        refusals.RequireText(reason, "reason", 400);
        refusals.ThrowIfAny();
        return (change, person);
    }

    // Also one who held it once: whoever took the last QA's role away does not appoint the next alone.
    Task<bool> EverHadQaAsync(CancellationToken cancel) => db.RoleAssignments.AnyAsync(r => r.Role == Roles.Qa && r.GrantedTime != null, cancel);

    async Task<IReadOnlyList<Right>> HeldAsync(string personId, CancellationToken cancel) =>
        [.. (await OpenAsync(personId, cancel)).Where(r => r.State is AssignmentState.Granted).Select(r => new Right(r.Role, r.SiteId))];

    // Roles without which nobody could let anybody in, or approve it, that only this person holds of those who can act.
    async Task<IReadOnlyList<string>> SoleHolderOfAsync(string personId, IEnumerable<Right> held, CancellationToken cancel)
    {
        List<string> sole = [];
        foreach (var role in held.Select(h => h.Role).Where(r => r is Roles.Administrator or Roles.Qa).Distinct(StringComparer.Ordinal))
        {
            if (!await db.RoleAssignments.AnyAsync(r => r.Role == role && r.State == AssignmentState.Granted && r.HolderId != personId && db.People.Any(p => p.Id == r.HolderId && p.State == PersonState.Active && p.LockReason == ""), cancel)) sole.Add(role);
        }

        return sole;
    }
}
