using System.Security.Claims;
using System.Text.Json;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Doseline.Identity.Oidc;

/// <summary>Who a token speaks for, and which of it stands in which token.</summary>
static class Principals
{
    const string Session = "sid", Family = "family", Turn = "turn", Grant = "grant";

    /// <summary>The family that a code or refresh token belongs to, and its turn; null for another token.</summary>
    public static (string Family, long Turn)? TurnOf(ClaimsPrincipal? principal) =>
        principal?.GetClaim(Family) is { } family && long.TryParse(principal.GetClaim(Turn), System.Globalization.CultureInfo.InvariantCulture, out var turn) ? (family, turn) : null;

    /// <summary>The session that a token belongs to; null for the token of an account.</summary>
    public static string? SessionOf(ClaimsPrincipal? principal) => principal?.GetClaim(Session);

    /// <summary>What a code or refresh token is good for: the next turn of its family.</summary>
    public static ClaimsPrincipal OfSession(SessionRow session, string family, long turn, IEnumerable<string> scopes)
    {
        ClaimsIdentity identity = new(nameof(Principals));
        identity.SetClaim(Claims.Subject, session.PersonId).SetClaim(Session, session.Id).SetClaim(Claims.AuthenticationTime, session.AuthTime.ToUnixTimeSeconds())
            .SetClaim(Family, family).SetClaim(Turn, turn).SetScopes(scopes);
        return new ClaimsPrincipal(identity);
    }

    /// <summary>A person in a session.</summary>
    public static ClaimsPrincipal OfPerson(Given given, IEnumerable<string> scopes, IReadOnlyList<Right> rights)
    {
        var principal = OfSession(given.Session, given.Family, given.Turn, scopes).SetClaim(Claims.Name, given.Person.Name).SetClaim(Claims.PreferredUsername, given.Person.Login);
        return Told(principal.SetRefreshTokenLifetime(given.RefreshLifetime), rights);
    }

    /// <summary>An account, for itself.</summary>
    public static ClaimsPrincipal OfAccount(Client client, IEnumerable<string> scopes, IReadOnlyList<Right> rights)
    {
        ClaimsIdentity identity = new(nameof(Principals));
        identity.SetClaim(Claims.Subject, client.Kind is AccountKind.Service ? client.ClientId : client.Id).SetClaim(Claims.Name, client.Name).SetScopes(scopes);
        return Told(new ClaimsPrincipal(identity), rights);
    }

    static ClaimsPrincipal Told(ClaimsPrincipal principal, IReadOnlyList<Right> rights)
    {
        // An array also where there is one or none.
        ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim(Grant, JsonSerializer.Serialize(rights.Select(r => r.ToString())), JsonClaimValueTypes.JsonArray));
        // An access token is for the platform itself, whose records print the name; an application is told it where it asked (OpenID Connect Core 5.4).
        var profile = principal.HasScope(Scopes.Profile);
        return principal.SetResources(Provider.Audience).SetDestinations(claim => claim.Type switch
        {
            Session or Claims.AuthenticationTime => [Destinations.AccessToken, Destinations.IdentityToken],
            Claims.Name => profile ? [Destinations.AccessToken, Destinations.IdentityToken] : [Destinations.AccessToken],
            Claims.PreferredUsername when profile => [Destinations.IdentityToken],
            Grant => [Destinations.AccessToken],
            _ => [],
        });
    }
}
