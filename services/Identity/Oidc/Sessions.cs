using System.Security.Claims;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Platform.Hosting;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Doseline.Identity.Oidc;

/// <summary>What a client gets for a code or a refresh token.</summary>
/// <param name="Person">Whose.</param>
/// <param name="Session">Session it belongs to.</param>
/// <param name="Family">Family of the tokens.</param>
/// <param name="Turn">Turn that the next refresh token is good for.</param>
/// <param name="RefreshLifetime">How long that one waits to be used.</param>
public sealed record Given(PersonRow Person, SessionRow Session, string Family, long Turn, TimeSpan RefreshLifetime);

/// <summary>
/// Sessions of people, and the families of tokens that come of them. A family counts turns: its code is good for the first, each refresh token for one more, and a
/// turn is taken once. Whatever is used twice ends the whole session.
/// </summary>
public sealed class Sessions(IdentityDb db, IdentityOptions options, EndedTokens ended, ILogger<Sessions> log) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    // What is over is kept for a day, so that a late replay is still known for what it is.
    static readonly TimeSpan KeptAfter = TimeSpan.FromDays(1);

    /// <summary>Begins a session; the caller sets the cookie.</summary>
    /// <returns>The session, and the secret of its cookie.</returns>
    public async Task<(SessionRow Session, string Cookie)> BeginAsync(string personId, CancellationToken cancel)
    {
        await PurgeAsync(cancel);
        var cookie = Entropy.Token();
        SessionRow session = new() { Id = db.Ids.New(), CookieHash = Hashes.Of(cookie), PersonId = personId, AuthTime = db.Now, SeenTime = db.Now };
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancel);
        return (session, cookie);
    }

    /// <summary>The session of a cookie; null when there is none that goes on.</summary>
    public async Task<SessionRow?> FindAsync(string? cookie, CancellationToken cancel)
    {
        if (cookie is not { Length: > 0 and < 100 }) return null;
        var hash = Hashes.Of(cookie);
        var session = await db.Sessions.FirstOrDefaultAsync(s => s.CookieHash == hash, cancel);
        return session is not null && IsAlive(session) && session.SeenTime + options.SessionIdle > db.Now && await StandsAsync(session.PersonId, cancel) is not null ? session : null;
    }

    /// <summary>Begins a family within a session; what is made of the answer is the code.</summary>
    public async Task<ClaimsPrincipal> BeginFamilyAsync(SessionRow session, IEnumerable<string> scopes, CancellationToken cancel)
    {
        TokenFamilyRow family = new() { Id = db.Ids.New(), SessionId = session.Id, ExpireTime = session.AuthTime + options.SessionMax };
        db.TokenFamilies.Add(family);
        session.SeenTime = db.Now;
        await db.SaveChangesAsync(cancel);
        return Principals.OfSession(session, family.Id, family.Turn, scopes);
    }

    /// <summary>Takes the turn that a code or refresh token is good for; null when it is good for nothing any more. A second use ends what the first one gave.</summary>
    public async Task<Given?> TakeAsync(ClaimsPrincipal held, Client client, CancellationToken cancel)
    {
        if (Principals.TurnOf(held) is not var (id, turn)) return null;
        return await db.DecideAsync(async () =>
        {
            if (await db.LoadAsync<TokenFamilyRow>(cancel, id) is not { } family || await db.LoadAsync<SessionRow>(cancel, family.SessionId) is not { } session || !IsAlive(session)) return null;
            if (family.Turn != turn)
            {
                await EndAsync(session.Id, "used twice", cancel);
                log.LogWarning(SecurityEvents.Replayed, "A code or refresh token of {ClientId} was used twice; session {SessionId} has ended", client.ClientId, session.Id);
                return null;
            }

            if (await StandsAsync(session.PersonId, cancel) is not { } person) return null;
            // Of two who hold the same, one takes the turn; the other looks again and finds it taken.
            db.Also<TokenFamilyRow>(id, $"turn = {turn + 1}", $"turn = {turn}");
            db.Also<SessionRow>(session.Id, $"seen_time = {db.Now.UtcTicks}", $"ended_time IS NULL");
            await db.SaveChangesAsync(cancel);
            var left = session.AuthTime + options.SessionMax - db.Now;
            return new Given(person, session, id, turn + 1, left < options.RefreshLifetime ? left : options.RefreshLifetime);
        }, cancel);
    }

    /// <summary>Ends the session that a refresh or access token belongs to, at its owner's wish. The token of an account has none, and dies of age within minutes (RFC 7009, 2.2.1).</summary>
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var cancel = context.CancellationToken;
        var id = Principals.TurnOf(context.GenericTokenPrincipal) is { Family: var family } ? (await SessionOf(family).FirstOrDefaultAsync(cancel))?.Id : Principals.SessionOf(context.GenericTokenPrincipal);
        if (id is not null) await EndAsync(id, "revoked by its client", cancel);
        else if (context.GenericTokenPrincipal.HasTokenType(TokenTypeIdentifiers.AccessToken))
            context.Reject(Errors.UnsupportedTokenType, "The token of an account is not revoked: it ends within minutes, and the account can be turned off.");
    }

    /// <summary>Ends a session with all that came of it.</summary>
    public async Task EndAsync(string sessionId, string reason, CancellationToken cancel)
    {
        var now = db.Now;
        if (await db.Sessions.Where(s => s.Id == sessionId && s.EndedTime == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedTime, now), cancel) > 0)
            log.LogInformation("Session {SessionId} ended: {Reason}", sessionId, reason);
        ended.End(sessionId);
    }

    /// <summary>Ends every session of a person.</summary>
    public async Task EndAllAsync(string personId, string reason, CancellationToken cancel)
    {
        foreach (var id in await db.Sessions.Where(s => s.PersonId == personId && s.EndedTime == null).Select(s => s.Id).ToListAsync(cancel)) await EndAsync(id, reason, cancel);
    }

    // An access token says its session and not its family: the session ends with it, which asks for one sign-in more and never for one less.
    IQueryable<SessionRow> SessionOf(string familyId) => from family in db.TokenFamilies where family.Id == familyId join session in db.Sessions on family.SessionId equals session.Id select session;

    // A lock or a leaving ends sessions by itself; looked at again, because nothing may be given out to who must not be here.
    async Task<PersonRow?> StandsAsync(string personId, CancellationToken cancel) =>
        await db.People.AsNoTracking().SingleAsync(p => p.Id == personId, cancel) is { State: PersonState.Active, LockReason: "" } person ? person : null;

    bool IsAlive(SessionRow session) => session.EndedTime is null && session.AuthTime + options.SessionMax > db.Now;

    async Task PurgeAsync(CancellationToken cancel)
    {
        var before = db.Now - KeptAfter;
        await db.UsedSignIns.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        await db.TokenFamilies.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        await db.Assertions.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        var lived = before - options.SessionMax;
        await db.Sessions.Where(r => r.AuthTime < lived).ExecuteDeleteAsync(cancel);
    }
}
