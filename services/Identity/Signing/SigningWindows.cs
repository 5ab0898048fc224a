using Doseline.Identity.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Signing;

/// <summary>
/// How long the password alone is enough: in one continuous session, for a while after the last signature in it (21 CFR 11.200(a)(1)(i), (ii)).
/// A caller whose token names no session always gives both components.
/// </summary>
public sealed class SigningWindows(IdentityDb db, IdentityOptions options)
{
    const int LapsedMax = 100;

    /// <summary>Until when the password alone is enough, past or to come; null when it never was.</summary>
    public async Task<DateTimeOffset?> UntilAsync(string? sessionId, string personId, CancellationToken cancel) =>
        sessionId is null ? null : (await db.SigningWindows.AsNoTracking().FirstOrDefaultAsync(w => w.SessionId == sessionId && w.PersonId == personId, cancel))?.UntilTime;

    /// <summary>Opens the window, or keeps it open, after a signature; the caller saves. Null when there is no session.</summary>
    public async Task<DateTimeOffset?> OpenAsync(string? sessionId, string personId, CancellationToken cancel)
    {
        if (sessionId is null) return null;
        var until = db.Now + options.PasswordOnlySpan;
        if (await db.SigningWindows.FindAsync([sessionId], cancel) is { } row)
        {
            // A session is one person's; were it ever another's, the window is not theirs.
            if (row.PersonId != personId) return null;
            row.UntilTime = until;
        }
        else
        {
            // Windows of sessions long gone leave with the coming of the next, a few at a time.
            var lapsed = db.Now - TimeSpan.FromDays(1);
            db.SigningWindows.RemoveRange(await db.SigningWindows.Where(w => w.UntilTime < lapsed).Take(LapsedMax).ToListAsync(cancel));
            db.SigningWindows.Add(new SigningWindowRow { SessionId = sessionId, PersonId = personId, UntilTime = until });
        }

        return until;
    }

    /// <summary>Ends the window of a session that ends: the next signature asks for both again. The caller saves.</summary>
    public async Task EndAsync(string sessionId, CancellationToken cancel)
    {
        if (await db.SigningWindows.FindAsync([sessionId], cancel) is { } row) db.SigningWindows.Remove(row);
    }
}
