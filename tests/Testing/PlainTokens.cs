using Doseline.Platform.Auth;

namespace Doseline.Testing;

/// <summary>Reads tokens that say in the clear who calls and in which session, as <see cref="Staff"/> writes them; services among themselves use their own as ever.</summary>
sealed class PlainTokens(IEnumerable<ITrustedIssuer> issuers, TimeProvider clock) : ITokenReader
{
    readonly BearerTokens others = new(issuers, clock);

    public ValueTask<Caller?> ReadAsync(string token) => token.Split('|') is ["foreign", var foreign, var theirs, var given, var at]
        ? new(new Caller { Subject = foreign, Name = theirs, Roles = given.Split(','), Sites = at.Split(','), IsForeign = true })
        : token.Split('|') is [var subject, var name, var roles, var sites, var session]
        ? new(new Caller { Subject = subject, Name = name, Roles = roles.Split(','), Sites = sites.Split(','), SessionId = session is "" ? null : session })
        : others.ReadAsync(token);
}
