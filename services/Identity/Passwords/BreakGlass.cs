using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Oidc;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Passwords;

/// <summary>
/// The way back in where nobody is left who could let anybody in: whoever runs the installation starts Identity with <c>Identity:BreakGlass</c> naming a person,
/// themselves and why. The person's locks end and a one-time password is shown, as the first one is. Each order is carried out once and is a record of its own,
/// sealed with the trail; and it opens the door, not the pen: the person signs nothing before a witness has confirmed her.
/// </summary>
public sealed class BreakGlass(IServiceScopeFactory scopes, Credentials credentials, IdentityOptions options, IOneTimeDisplay display, ILogger<BreakGlass> log) : AfterStart
{
    /// <inheritdoc/>
    public override async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (options.BreakGlass is not { } order) return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        (request.Caller, request.Reason) = (Caller.Service("identity"), $"break-glass by {order.By}: {order.Reason}");
        var shown = await db.LockedAsync("break-glass", () => UseAsync(db, order, cancellationToken), cancellationToken);
        if (shown is not var (person, password)) return;
        await scope.ServiceProvider.GetRequiredService<Sessions>().EndAllAsync(person, "break-glass", cancellationToken);
        log.LogCritical(SecurityEvents.BreakGlass, "Break-glass by {By}: {PersonId} was let in, {Reason}", order.By, person, order.Reason);
        await display.ShowAsync(password, cancellationToken);
    }

    async Task<(string PersonId, OneTimePassword Password)?> UseAsync(IdentityDb db, BreakGlassOrder order, CancellationToken cancel)
    {
        var (login, id) = (Logins.Normal(order.Login), Hashes.Of($"{Logins.Normal(order.Login)}\n{order.By}\n{order.Reason}"));
        if (await db.BreakGlass.AnyAsync(b => b.Id == id, cancel)) return null;
        var person = await db.People.FirstOrDefaultAsync(p => p.Login == login && p.State == PersonState.Active, cancel)
            ?? throw new SettingException($"Identity:BreakGlass:Login is {login}, and nobody of that name is here.");
        var password = await credentials.ResetAsync(db, person, cancel);
        person.LockReason = "";
        db.BreakGlass.Add(new BreakGlassRow { Id = id, PersonId = person.Id, UsedBy = order.By, Reason = order.Reason, Time = db.Now });
        await db.SaveChangesAsync(cancel);
        return (person.Id, new OneTimePassword(person.Login, password) { Who = person.Name });
    }
}
