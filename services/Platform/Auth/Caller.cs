using Doseline.Kernel.Rules;

namespace Doseline.Platform.Auth;

/// <summary>Who is calling: a person, a partner or a service account, and what they may do.</summary>
public sealed record Caller
{
    /// <summary>Nobody: no token.</summary>
    public static Caller Nobody { get; } = new() { Subject = "", Name = "nobody", Roles = [], Sites = [] };

    /// <summary>Every site, in <see cref="Sites"/>.</summary>
    public const string AllSites = Kernel.Rules.Roles.AllSites;

    /// <summary>Immutable id of the person or account (claim <c>sub</c>); empty for nobody.</summary>
    public required string Subject { get; init; }

    /// <summary>Printed name (claim <c>name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Roles (claim <c>role</c>), see <see cref="Roles"/>.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Sites this caller may act at (claim <c>site</c>); <c>*</c> is every site.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>Sites of each role, for a caller whose roles differ from site to site; null when every role holds at every one of <see cref="Sites"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? SitesByRole { get; init; }

    /// <summary>What the caller may do where, as pairs.</summary>
    public IReadOnlyList<Right> Rights => SitesByRole is { } byRole
        ? [.. byRole.SelectMany(role => role.Value.Select(site => new Right(role.Key, site)))]
        : [.. Roles.SelectMany(role => Sites.Select(site => new Right(role, site)))];

    /// <summary><see cref="Rights"/> as far as the call at hand reaches: at the sites where the method admits the caller, and a second person too.</summary>
    public IReadOnlyList<Right> Reach =>
        [.. Rights.SelectMany(right => MayActAt(right.SiteId) ? [right] : right.SiteId is AllSites ? Sites.Select(site => right with { SiteId = site }) : []).Distinct()];

    /// <summary>What the token is good for, see <see cref="ApiScopes"/>; null when it is good for all that the roles allow.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The continuous session in which the person signed in (claim <c>sid</c>); null for an account and for a token that names none.</summary>
    public string? SessionId { get; init; }

    /// <summary>When the person last proved who they are (claim <c>auth_time</c>, UTC); null when the token does not say.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>True for a token of another identity provider, whose subject is not yet the person's id here, see <see cref="PersonGate"/>.</summary>
    public bool IsForeign { get; init; }

    /// <summary>True for a development token, which stands for a person whom nobody hired, trained or signed in.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>The person for whom a service account acts, or who caused what it does by itself; null for everybody else.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>True for a service account that acts for a person and has the rights of that person and no others, see <see cref="Behalf"/>.</summary>
    public bool IsForPerson => Is(Kernel.Rules.Roles.Service) && SitesByRole is not null;

    /// <summary>Id of the person or account that acts, by itself or by way of a service.</summary>
    public string Person => IsForPerson ? OnBehalfOf! : Subject;

    /// <summary>True for a partner's system that has no role of the staff.</summary>
    public bool IsPartner => (IsForPerson ? SitesByRole!.Keys : Roles).ToList() is [_, ..] roles && roles.TrueForAll(role => role == Kernel.Rules.Roles.Partner);

    /// <summary>Whose requests these are: what was asked for one person by a service is not asked again for another.</summary>
    public string Principal => OnBehalfOf is { } person ? $"{Subject}/{person}" : Subject;

    /// <summary>True when a token was accepted.</summary>
    public bool IsKnown => Subject.Length > 0;

    /// <summary>True when the caller has the role.</summary>
    public bool Is(string role) => Roles.Contains(role, StringComparer.Ordinal);

    /// <summary>True when the caller has the role at the site: what is asked once the object's site is known.</summary>
    public bool Is(string role, string site) => Rights.Any(r => r.Role == role && r.At(site));

    /// <summary>Roles that the caller has at the site.</summary>
    public IReadOnlyList<string> RolesAt(string site) => [.. Rights.Where(r => r.At(site)).Select(r => r.Role).Distinct(StringComparer.Ordinal)];

    /// <summary>True when the caller may act at the site.</summary>
    public bool MayActAt(string site) => Sites.Contains(AllSites, StringComparer.Ordinal) || Sites.Contains(site, StringComparer.Ordinal);

    /// <summary>
    /// The caller as far as the given roles reach: with the sites where it holds one of them, so that a right at one site never
    /// opens another where the same person has a different role.
    /// </summary>
    /// <param name="roles">Roles that a method admits.</param>
    public Caller Within(IEnumerable<string> roles) => SitesByRole is null ? this : this with
    {
        Sites = [.. roles.SelectMany(role => SitesByRole.GetValueOrDefault(role) ?? []).Distinct(StringComparer.Ordinal)],
    };

    /// <summary>Pairs in the form of <see cref="SitesByRole"/>.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ByRole(IEnumerable<Right> rights) => rights.GroupBy(r => r.Role, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.Select(r => r.SiteId).Distinct(StringComparer.Ordinal)], StringComparer.Ordinal);

    /// <summary>Refuses unless the caller may act at the site; call it once the object's site is known.</summary>
    /// <exception cref="Kernel.Rules.RefusedException">PERMISSION_DENIED, SITE_NOT_ALLOWED.</exception>
    public void RequireSite(string site)
    {
        if (!MayActAt(site))
            throw new Kernel.Rules.RefusedException(Kernel.Rules.Refusal.Denied($"sites/{site}", "SITE_NOT_ALLOWED", $"{Name} has no rights at site {site}.").With("site_id", site));
    }

    /// <summary>The service account of a service.</summary>
    public static Caller Service(string service, string? onBehalfOf = null) => new()
    {
        Subject = $"service:{service}",
        Name = $"{service} service",
        Roles = [Kernel.Rules.Roles.Service],
        Sites = [AllSites],
        OnBehalfOf = onBehalfOf,
    };
}
