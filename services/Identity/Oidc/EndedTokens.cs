using System.Collections.Concurrent;

namespace Doseline.Identity.Oidc;

/// <summary>Sessions and accounts whose tokens were ended before their time. Kept in this process; other services ask whether a session stands, and the token of an account dies of age there.</summary>
public sealed class EndedTokens(TimeProvider clock, IdentityOptions options)
{
    readonly ConcurrentDictionary<string, DateTimeOffset> ended = new(StringComparer.Ordinal);

    /// <summary>Ends the tokens of a session or account.</summary>
    public void End(string sessionId)
    {
        var now = clock.GetUtcNow();
        foreach (var (id, until) in ended)
        {
            if (until <= now) ended.TryRemove(id, out _);
        }

        ended[sessionId] = now + options.TokenLifetime;
    }

    /// <summary>Lets an account have tokens again.</summary>
    public void Resume(string sessionId) => ended.TryRemove(sessionId, out _);

    /// <summary>True when the tokens of a session or account were ended.</summary>
    public bool Contains(string sessionId) => ended.ContainsKey(sessionId);
}
