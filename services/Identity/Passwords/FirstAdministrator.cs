using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Passwords;

/// <summary>
/// Lets the first administrator in: at a start without people it makes one and shows a one-time password; at a later start it shows a new
/// one only while nobody has used any, so that a password that was lost before its first use locks nobody out.
/// </summary>
public sealed class FirstAdministrator(IServiceScopeFactory scopes, Credentials credentials, IdentityOptions options, IOneTimeDisplay display, OneByOne turns, ILogger<FirstAdministrator> log) : AfterStart
{
    /// <summary>Client id of the console, which is made at the first start: beside this provider, for sign-in with PKCE.</summary>
    public const string ConsoleClient = "console";

    /// <inheritdoc/>
    public override async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await turns.RunAsync(() => LetInAsync(cancellationToken), cancellationToken) is not { } shown) return;
        await display.ShowAsync(shown, cancellationToken);
        log.LogInformation("The first administrator {Login} was given a one-time password", shown.Login);
    }

    async Task<OneTimePassword?> LetInAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        (request.Caller, request.Reason) = (Caller.Service("identity"), "first start");
        return await db.LockedAsync("first-administrator", async () =>
        {
            var people = await db.People.OrderBy(p => p.JoinedTime).Take(2).ToListAsync(cancellationToken);
            if (people is not ([] or [{ PasswordState: PasswordState.OneTime, LastSignInTime: null }])) return null;
            var person = people is [var waiting] ? waiting : Make(db);
            var password = await credentials.ResetAsync(db, person, cancellationToken);
            // There is nobody yet who could be a witness.
            (person.Confirmed, person.ConfirmedTime) = (true, db.Now);
            await db.SaveChangesAsync(cancellationToken);
            return new OneTimePassword(person.Login, password);
        }, cancellationToken);
    }

    PersonRow Make(IdentityDb db)
    {
        PersonRow person = new() { Id = db.Ids.New(), Login = Logins.Normal(options.FirstAdministratorLogin), Name = "First administrator", JoinedTime = db.Now };
        db.People.Add(person);
        db.Accounts.Add(new AccountRow
        {
            Id = db.Ids.New(), ClientId = ConsoleClient, Name = "Doseline console", Kind = AccountKind.Application, Proof = AccountProof.None,
            Scopes = "openid profile offline_access api", RedirectUris = "/session/callback", PostLogoutUris = "/",
        });
        db.RoleAssignments.Add(new RoleAssignmentRow
        {
            Id = db.Ids.New(), HolderId = person.Id, Role = Roles.Administrator, SiteId = Caller.AllSites, State = AssignmentState.Granted,
            ProposedBy = Caller.Service("identity").Subject, ProposedTime = db.Now, GrantedTime = db.Now,
        });
        return person;
    }
}
