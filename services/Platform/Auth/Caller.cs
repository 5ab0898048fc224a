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

    /// <summary>What the token is good for, see <see cref="ApiScopes"/>; null when it is good for all that the roles allow.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The continuous session in which the person signed in (claim <c>sid</c>); null for an account and for a token that names none.</summary>
    public string? SessionId { get; init; }

    /// <summary>When the person last proved who they are (claim <c>auth_time</c>, UTC); null when the token does not say.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>True for a development token, which stands for a person whom nobody hired, trained or signed in.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>The person on whose behalf a service account acts; null when the caller acts for itself.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>True when a token was accepted.</summary>
    public bool IsKnown => Subject.Length > 0;

    /// <summary>True when the caller has the role.</summary>
    public bool Is(string role) => Roles.Contains(role, StringComparer.Ordinal);

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
