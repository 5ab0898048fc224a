using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Oidc;
using Doseline.Identity.Passwords;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using AssignmentState = Doseline.Identity.Domain.AssignmentState;

namespace Doseline.Identity.Api;

/// <summary>Serves <see cref="PeopleService"/>: who joins, moves and leaves. Roles, and what takes two, are in the other parts.</summary>
public sealed partial class PeopleApi(IdentityDb db, Credentials credentials, Sessions sessions, Names names, KnownSites sites, PageTokens pages) : PeopleService.PeopleServiceBase
{
    /// <inheritdoc/>
    public override async Task<JoinPersonResponse> JoinPerson(JoinPersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        var login = Logins.Check(request.Login, "login").OrAdd(refusals);
        refusals.RequireText(request.Name, "name");
        refusals.RequireText(request.Reason, "reason", 400);
        if (login is not null && await db.People.AnyAsync(p => p.Login == login, cancel))
            refusals.Add(Refusal.State($"people/{login}", "LOGIN_TAKEN", "This sign-in name belongs, or belonged, to somebody; it is never given again.").With("login", login));
        await names.RequireFreeAsync("", request.Name, request.ExternalSubject, refusals, cancel);
        refusals.ThrowIfAny();

        PersonRow person = new() { Id = db.Ids.New(), Login = login!, Name = request.Name.Trim(), ExternalSubject = request.ExternalSubject, JoinedTime = db.Now };
        db.People.Add(person);
        await names.TakeAsync(person.Id, person.Name, person.ExternalSubject, cancel);
        var password = request.ExternalSubject is "" ? await credentials.ResetAsync(db, person, cancel) : "";
        db.Publish(person.Id, new PersonJoined { PersonId = person.Id, Name = person.Name });
        // What is kept for a repetition has no password: it is shown now and never again.
        var answer = await db.AnswerAsync(new JoinPersonResponse { Person = person.ToWire([], db.Now, 1) }, cancel);
        return new JoinPersonResponse(answer) { OneTimePassword = password };
    }

    /// <inheritdoc/>
    public override async Task<LeavePersonResponse> LeavePerson(LeavePersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        List<Refusal> refusals = [];
        if (person.Version != request.Version) refusals.Add(Refusal.Stale($"people/{person.Id}", request.Version, person.Version));
        if (person.State is PersonState.Left) refusals.Add(Refusal.State($"people/{person.Id}", "PERSON_LEFT", "This person has left before."));
        RequireOther(person, refusals);
        await RequireRemovableAsync(person.Id, refusals, cancel);
        refusals.RequireText(request.Reason, "reason", 400);
        refusals.ThrowIfAny();
        (person.State, person.LeftTime) = (PersonState.Left, db.Now);
        (person.PasswordState, person.PasswordMark) = (PasswordState.None, "");
        db.Passwords.RemoveRange(await db.Passwords.Where(p => p.PersonId == person.Id).ToListAsync(cancel));
        foreach (var role in await OpenAsync(person.Id, cancel)) End(role, role.State is AssignmentState.Granted ? AssignmentState.Removed : AssignmentState.Refused);
        db.Publish(person.Id, new PersonLeft { PersonId = person.Id });
        var answer = await db.AnswerAsync(new LeavePersonResponse { Person = person.ToWire([], db.Now, person.Version + 1) }, cancel);
        await sessions.EndAllAsync(person.Id, "left", cancel);
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<LockPersonResponse> LockPerson(LockPersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        RequireOther(person, refusals);
        await RequireRemovableAsync(person.Id, refusals, cancel);
        refusals.ThrowIfAny();
        person.LockReason = request.Reason;
        var answer = await db.AnswerAsync(new LockPersonResponse { Person = await WireAsync(person, cancel) }, cancel);
        await sessions.EndAllAsync(person.Id, "locked out", cancel);
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<UnlockPersonResponse> UnlockPerson(UnlockPersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        RequireOther(person, refusals);
        refusals.ThrowIfAny();
        (person.LockReason, person.LockedUntilTime, person.FailedCount, person.SessionLockedUntilTime, person.SessionFailedCount) = ("", null, 0, null, 0);
        return await db.AnswerAsync(new UnlockPersonResponse { Person = await WireAsync(person, cancel) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetPersonResponse> GetPerson(GetPersonRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var person = await FindAsync(request.PersonId, cancel);
        var roles = await db.RoleAssignments.AsNoTracking().Where(r => r.HolderId == person.Id).ToListAsync(cancel);
        var changes = await db.PersonChanges.AsNoTracking().Where(c => c.PersonId == person.Id && c.State == AssignmentState.Proposed).ToListAsync(cancel);
        GetPersonResponse response = new() { Person = person.ToWire(roles, db.Now) };
        response.Person.Changes.Add(changes.OrderBy(c => c.ProposedTime).Select(c => c.ToWire()));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetMeResponse> GetMe(GetMeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var subject = db.Request.Caller.Subject;
        var person = await db.People.AsNoTracking().FirstOrDefaultAsync(p => p.Id == subject, cancel)
            ?? throw new RefusedException(Refusal.Missing($"people/{subject}", "PERSON_UNKNOWN", "The caller is nobody who joined here."));
        return new GetMeResponse { Person = person.ToWire(await OpenAsync(person.Id, cancel), db.Now) };
    }

    /// <inheritdoc/>
    public override async Task<ResolvePersonResponse> ResolvePerson(ResolvePersonRequest request, ServerCallContext context)
    {
        var (subject, session) = (request.Subject, request.SessionId);
        if (subject is "" || await db.People.AsNoTracking().FirstOrDefaultAsync(p => p.ExternalSubject == subject || p.Id == subject, context.CancellationToken) is not { } person) return new();
        return new ResolvePersonResponse
        {
            PersonId = person.Id, Name = person.Name, Barred = person.State is PersonState.Left || person.LockReason is not "",
            SessionEnded = session is not "" && !await db.Sessions.AnyAsync(s => s.Id == session && s.PersonId == person.Id && s.EndedTime == null, context.CancellationToken),
        };
    }

    /// <inheritdoc/>
    public override async Task<ListPeopleResponse> ListPeople(ListPeopleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.People.AsNoTracking();
        if (!request.IncludeLeft) query = query.Where(p => p.State == PersonState.Active);
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // Lower case is the database's, which has no culture.
        if (request.NameContains.ToLowerInvariant() is { Length: > 0 } part) query = query.Where(p => p.Name.ToLower().Contains(part) || p.Login.Contains(part));
#pragma warning restore CA1304, CA1311, CA1862, MA0011
        if (request.Role is { Length: > 0 } role) query = query.Where(p => db.RoleAssignments.Any(r => r.HolderId == p.Id && r.Role == role && r.State == AssignmentState.Granted));
        if (request.SiteId is { Length: > 0 } site) query = query.Where(p => db.RoleAssignments.Any(r => r.HolderId == p.Id && (r.SiteId == site || r.SiteId == Caller.AllSites) && r.State == AssignmentState.Granted));
        if (pages.Read(request) is [var name, var id]) query = query.Where(p => string.Compare(p.Name, name) > 0 || (p.Name == name && string.Compare(p.Id, id) > 0));
        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(p => p.Name).ThenBy(p => p.Id).Take(size + 1).ToListAsync(cancel);
        var ids = rows.Take(size).Select(r => r.Id).ToList();
        var roles = (await db.RoleAssignments.AsNoTracking().Where(r => ids.Contains(r.HolderId) && (r.State == AssignmentState.Granted || r.State == AssignmentState.Proposed)).ToListAsync(cancel)).ToLookup(r => r.HolderId, StringComparer.Ordinal);
        ListPeopleResponse response = new() { People = { rows.Take(size).Select(p => p.ToWire(roles[p.Id], db.Now)) } };
        if (rows.Count > size) response.NextPageToken = pages.Write(request, rows[size - 1].Name, rows[size - 1].Id);
        return response;
    }

    async Task<PersonRow> FindAsync(string personId, CancellationToken cancel) => await db.People.FirstOrDefaultAsync(p => p.Id == personId, cancel)
        ?? throw new RefusedException(Refusal.Missing($"people/{personId}", "PERSON_UNKNOWN", $"There is no person {personId}.").With("person_id", personId));

    async Task<Person> WireAsync(PersonRow person, CancellationToken cancel) => person.ToWire(await OpenAsync(person.Id, cancel), db.Now, person.Version + 1);

    Task<List<RoleAssignmentRow>> OpenAsync(string holderId, CancellationToken cancel) =>
        db.RoleAssignments.Where(r => r.HolderId == holderId && (r.State == AssignmentState.Granted || r.State == AssignmentState.Proposed)).ToListAsync(cancel);

    async Task RequireRemovableAsync(string personId, List<Refusal> refusals, CancellationToken cancel)
    {
        var held = await HeldAsync(personId, cancel);
        refusals.AddRange(PersonChangeRules.Remove(personId, held, db.Request.Caller.Is(Roles.Administrator), db.Request.Caller.Sites, await SoleHolderOfAsync(personId, held, cancel)));
    }

    void RequireOther(PersonRow person, List<Refusal> refusals)
    {
        if (person.Id == db.Request.Caller.Subject) refusals.Add(Refusal.Denied($"people/{person.Id}", "OWN_RECORD", "Another administrator does this for you."));
    }
}
