using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Passwords;

/// <summary>
/// Lets the first administrator in: at a start without people it makes one and shows a one-time password; at a later start it shows a new
/// one only while nobody has used any, so that a password that was lost before its first use locks nobody out.
/// </summary>
public sealed class FirstAdministrator(IServiceScopeFactory scopes, Credentials credentials, IdentityOptions options, IOneTimeDisplay display, ILogger<FirstAdministrator> log) : IHostedLifecycleService
{
    /// <summary>Client id of the console, which is made at the first start: beside this provider, for sign-in with PKCE.</summary>
    public const string ConsoleClient = "console";

    /// <summary>Once the ports are open, for nobody else's call has to wait for it; the host says that it has started when this is done.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        (request.Caller, request.Reason) = (Caller.Service("identity"), "first start");
        var shown = await db.LockedAsync("first-administrator", async () =>
        {
            var people = await db.People.OrderBy(p => p.JoinedTime).Take(2).ToListAsync(cancellationToken);
            if (people is not ([] or [{ PasswordState: PasswordState.OneTime, LastSignInTime: null }])) return null;
            var person = people is [var waiting] ? waiting : Make(db);
            var password = await credentials.ResetAsync(db, person, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            return new OneTimePassword(person.Login, password);
        }, cancellationToken);
        if (shown is null) return;
        await display.ShowAsync(shown, cancellationToken);
        log.LogInformation("The first administrator {Login} was given a one-time password", shown.Login);
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
