using Doseline.Gateway.Data;
using Doseline.Gateway.Front;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Sessions;

/// <summary>The sessions of people's browsers. Tokens stay here; the browser holds an id that is worth nothing elsewhere.</summary>
public sealed class ConsoleSessions(GatewayDb db, SessionSecrets secrets, SignInProvider provider, ITokenReader tokens, IOptions<SignInOptions> options, ILogger<ConsoleSessions> log)
{
    // New tokens are fetched this long before the old ones end, so that a call does not arrive with one that ends on its way.
    static readonly TimeSpan RefreshAhead = TimeSpan.FromSeconds(30);
    static readonly TimeSpan SeenGrain = TimeSpan.FromMinutes(1);
    const int PurgeMax = 100;

    /// <summary>A new session, under an id that nobody knew before; never one that the browser brought.</summary>
    /// <returns>The id, for the cookie; null when the access token speaks for nobody here.</returns>
    public async Task<string?> OpenAsync(SessionTokens given, CancellationToken cancel)
    {
        if (await tokens.ReadAsync(given.Access) is not { IsKnown: true } caller) return null;
        var id = Entropy.Token();
        var hash = SessionSecrets.HashOf(id);
        db.Sessions.RemoveRange(await db.Sessions.Where(s => s.EndTime < db.Now).Take(PurgeMax).ToListAsync(cancel));
        db.Sessions.Add(new SessionRow
        {
            IdHash = hash, Subject = caller.Subject, Name = caller.Name, Tokens = secrets.Seal(given, hash), SeenTime = db.Now, EndTime = db.Now + TimeSpan.FromHours(options.Value.HoursMax),
        });
        await db.SaveChangesAsync(cancel);
        log.LogInformation("{Subject} signed in to the console", caller.Subject);
        return id;
    }

    /// <summary>Who a session speaks for now.</summary>
    /// <param name="id">Id from the cookie.</param>
    /// <param name="active">True when the person did something; false for what the page does by itself.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<(Visitor Visitor, SessionRow? Row)> FindAsync(string id, bool active, CancellationToken cancel)
    {
        var hash = SessionSecrets.HashOf(id);
        if (await db.Sessions.FirstOrDefaultAsync(s => s.IdHash == hash, cancel) is not { } row || row.EndTime <= db.Now) return (Visitor.Nobody with { Session = SessionState.Ended }, null);
        if (db.Now - row.SeenTime > TimeSpan.FromMinutes(options.Value.IdleMinutes)) return (Visitor.Nobody with { Session = SessionState.Locked }, row);
        if (secrets.Open<SessionTokens>(row.Tokens, hash) is not { } held) return (Visitor.Nobody with { Session = SessionState.Ended }, null);
        if (active && db.Now - row.SeenTime >= SeenGrain)
        {
            row.SeenTime = db.Now;
            await db.SaveChangesAsync(cancel);
        }

        if (held.AccessEnd <= db.Now + RefreshAhead)
        {
            try
            {
                held = await RefreshAsync(hash, cancel);
            }
            catch (Exception fault) when (SignInProvider.IsAway(fault))
            {
                log.LogWarning(fault, "The sign-in provider cannot be asked");
                // What is still good goes on.
                if (held!.AccessEnd <= db.Now) return (Visitor.Nobody with { Session = SessionState.Waiting }, row);
            }
        }

        if (held is null || await tokens.ReadAsync(held.Access) is not { IsKnown: true } caller || caller.Subject != row.Subject) return (Visitor.Nobody with { Session = SessionState.Ended }, null);
        return (new Visitor(caller, held.Access, SessionState.Open), row);
    }

    /// <summary>Ends a session, here and at the provider; nothing happens when there is none.</summary>
    public async Task EndAsync(string id, CancellationToken cancel)
    {
        var hash = SessionSecrets.HashOf(id);
        if (await db.Sessions.FirstOrDefaultAsync(s => s.IdHash == hash, cancel) is not { } row) return;
        db.Sessions.Remove(row);
        await db.SaveChangesAsync(cancel);
        log.LogInformation("{Subject} signed out of the console", row.Subject);
        if (secrets.Open<SessionTokens>(row.Tokens, hash) is { } held) await provider.SignOutAsync(held, cancel);
    }

    // One at a time across replicas: a refresh token used twice is taken for stolen, and ends everything.
    Task<SessionTokens?> RefreshAsync(string hash, CancellationToken cancel) => db.AloneAsync("session:" + hash, async () =>
    {
        db.Discard();
        if (await db.Sessions.FirstOrDefaultAsync(s => s.IdHash == hash, cancel) is not { } row || secrets.Open<SessionTokens>(row.Tokens, hash) is not { } held) return null;
        if (held.AccessEnd > db.Now + RefreshAhead) return held;
        if (await provider.RefreshAsync(held, cancel) is { } renewed)
        {
            row.Tokens = secrets.Seal(renewed, hash);
            await db.SaveChangesAsync(cancel);
            return renewed;
        }

        log.LogInformation("The session of {Subject} was ended by the sign-in provider", row.Subject);
        db.Sessions.Remove(row);
        await db.SaveChangesAsync(cancel);
        return null;
    }, cancel);
}
