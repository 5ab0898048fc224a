using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Platform.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Oidc;

/// <summary>What a client gets for a code or a refresh token.</summary>
/// <param name="Family">Family of the tokens.</param>
/// <param name="Person">Whose they are.</param>
/// <param name="RefreshToken">Refresh token, good once; null when the client did not ask to come back.</param>
/// <param name="Nonce">Nonce for the id token; empty for none.</param>
public sealed record Given(TokenFamilyRow Family, PersonRow Person, string? RefreshToken, string Nonce);

/// <summary>Sessions of people, and the codes and refresh tokens that come of them. Whatever is used twice ends its whole family.</summary>
public sealed class Sessions(IdentityDb db, IdentityOptions options, EndedTokens ended, ILogger<Sessions> log)
{
    static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

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
        return session is not null && IsAlive(session) && await StandsAsync(session.PersonId, cancel) is not null ? session : null;
    }

    /// <summary>Makes a code for a client within a session.</summary>
    public async Task<string> CodeAsync(SessionRow session, AuthorizeRequest request, CancellationToken cancel)
    {
        var code = Entropy.Token();
        TokenFamilyRow family = new()
        {
            Id = db.Ids.New(), SessionId = session.Id, PersonId = session.PersonId, ClientId = request.ClientId, Scopes = string.Join(' ', request.Scopes),
            AuthTime = session.AuthTime, ExpireTime = session.AuthTime + options.SessionMax,
        };
        db.TokenFamilies.Add(family);
        db.Codes.Add(new CodeRow
        {
            Hash = Hashes.Of(code), FamilyId = family.Id, ClientId = request.ClientId, RedirectUri = request.RedirectUri, Challenge = request.Challenge, Nonce = request.Nonce,
            ExpireTime = db.Now + CodeLifetime,
        });
        session.SeenTime = db.Now;
        await db.SaveChangesAsync(cancel);
        return code;
    }

    /// <summary>Takes a code; null when it is not good for this client, address and verifier. A second use ends what the first one gave.</summary>
    public async Task<Given?> TakeCodeAsync(string code, Client client, string? redirectUri, string? verifier, CancellationToken cancel)
    {
        var hash = Hashes.Of(code);
        return await db.InTransactionAsync(async () =>
        {
            var row = await db.Codes.AsNoTracking().FirstOrDefaultAsync(c => c.Hash == hash, cancel);
            // Somebody else's client learns nothing, and takes nothing from its owner.
            if (row is null || row.ClientId != client.ClientId) return null;
            var now = db.Now;
            if (await db.Codes.Where(c => c.Hash == hash && c.UsedTime == null).ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedTime, now), cancel) == 0)
            {
                await EndFamilyAsync(row.FamilyId, "code used twice", cancel);
                log.LogWarning(SecurityEvents.Replayed, "An authorization code of {ClientId} was used twice; what it gave has ended", client.ClientId);
                return null;
            }

            if (row.ExpireTime <= now || row.RedirectUri != redirectUri || !Pkce.Fits(row.Challenge, verifier)) return null;
            return await GiveAsync(row.FamilyId, row.Nonce, cancel);
        }, cancel);
    }

    /// <summary>Takes a refresh token and gives the next; null when it is not good for this client. A second use ends the family.</summary>
    public async Task<Given?> TakeRefreshAsync(string token, Client client, CancellationToken cancel)
    {
        var hash = Hashes.Of(token);
        return await db.InTransactionAsync(async () =>
        {
            var row = await db.RefreshTokens.AsNoTracking().FirstOrDefaultAsync(r => r.Hash == hash, cancel);
            if (row is null || !await db.TokenFamilies.AnyAsync(f => f.Id == row.FamilyId && f.ClientId == client.ClientId, cancel)) return null;
            var now = db.Now;
            if (await db.RefreshTokens.Where(r => r.Hash == hash && r.UsedTime == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.UsedTime, now), cancel) == 0)
            {
                await EndFamilyAsync(row.FamilyId, "refresh token used twice", cancel);
                log.LogWarning(SecurityEvents.Replayed, "A refresh token of {ClientId} was used twice; its family has ended", client.ClientId);
                return null;
            }

            return row.ExpireTime <= now ? null : await GiveAsync(row.FamilyId, "", cancel);
        }, cancel);
    }

    /// <summary>Ends what a refresh token belongs to, at its owner's wish; an unknown token is no error.</summary>
    public async Task RevokeAsync(string token, Client client, CancellationToken cancel)
    {
        var hash = Hashes.Of(token);
        var family = await db.RefreshTokens.Where(r => r.Hash == hash).Select(r => r.FamilyId).FirstOrDefaultAsync(cancel);
        if (family is not null && await db.TokenFamilies.AnyAsync(f => f.Id == family && f.ClientId == client.ClientId, cancel))
            await EndFamilyAsync(family, "revoked by its client", cancel);
    }

    /// <summary>Ends a session with all that came of it.</summary>
    public async Task EndAsync(string sessionId, string reason, CancellationToken cancel)
    {
        var now = db.Now;
        await db.Sessions.Where(s => s.Id == sessionId && s.EndedTime == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedTime, now), cancel);
        await db.TokenFamilies.Where(f => f.SessionId == sessionId && f.EndedTime == null)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.EndedTime, now).SetProperty(f => f.EndReason, reason), cancel);
        ended.End(sessionId);
    }

    /// <summary>Ends every session of a person.</summary>
    public async Task EndAllAsync(string personId, string reason, CancellationToken cancel)
    {
        foreach (var id in await db.Sessions.Where(s => s.PersonId == personId && s.EndedTime == null).Select(s => s.Id).ToListAsync(cancel)) await EndAsync(id, reason, cancel);
    }

    async Task<Given?> GiveAsync(string familyId, string nonce, CancellationToken cancel)
    {
        var family = await db.TokenFamilies.SingleAsync(f => f.Id == familyId, cancel);
        if (family.EndedTime is not null || family.ExpireTime <= db.Now) return null;
        var session = await db.Sessions.SingleAsync(s => s.Id == family.SessionId, cancel);
        if (session.EndedTime is not null || await StandsAsync(family.PersonId, cancel) is not { } person) return null;
        session.SeenTime = db.Now;
        string? refresh = null;
        if (family.Scopes.Split(' ').Contains("offline_access", StringComparer.Ordinal))
        {
            refresh = Entropy.Token();
            var expire = db.Now + options.RefreshLifetime;
            db.RefreshTokens.Add(new RefreshTokenRow { Hash = Hashes.Of(refresh), FamilyId = family.Id, ExpireTime = expire < family.ExpireTime ? expire : family.ExpireTime });
        }

        await db.SaveChangesAsync(cancel);
        return new Given(family, person, refresh, nonce);
    }

    // A lock or a leaving ends sessions by itself; looked at again, because nothing may be given out to who must not be here.
    async Task<PersonRow?> StandsAsync(string personId, CancellationToken cancel) =>
        await db.People.AsNoTracking().SingleAsync(p => p.Id == personId, cancel) is { State: PersonState.Active, LockReason: "" } person ? person : null;

    bool IsAlive(SessionRow session) => session.EndedTime is null && session.SeenTime + options.SessionIdle > db.Now && session.AuthTime + options.SessionMax > db.Now;

    // An access token says its session and not its family: the session ends with it, which asks for one sign-in more and never for one less.
    async Task EndFamilyAsync(string familyId, string reason, CancellationToken cancel)
    {
        var session = await db.TokenFamilies.Where(f => f.Id == familyId).Select(f => f.SessionId).SingleAsync(cancel);
        await EndAsync(session, reason, cancel);
    }

    async Task PurgeAsync(CancellationToken cancel)
    {
        var before = db.Now - KeptAfter;
        await db.SignIns.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        await db.Codes.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        await db.RefreshTokens.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        await db.TokenFamilies.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        await db.Assertions.Where(r => r.ExpireTime < before).ExecuteDeleteAsync(cancel);
        var lived = before - options.SessionMax;
        await db.Sessions.Where(r => r.AuthTime < lived).ExecuteDeleteAsync(cancel);
    }
}
