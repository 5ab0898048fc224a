namespace Doseline.Platform.Auth;

/// <summary>Who is calling: a person, a partner or a service account, and what they may do.</summary>
public sealed record Caller
{
    /// <summary>Nobody: no token.</summary>
    public static Caller Nobody { get; } = new() { Subject = "", Name = "nobody", Roles = [], Sites = [] };

    /// <summary>Every site, in <see cref="Sites"/>.</summary>
    public const string AllSites = "*";

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
        Roles = [Auth.Roles.Service],
        Sites = [AllSites],
        OnBehalfOf = onBehalfOf,
    };
}

/// <summary>Names of roles. What a role may do stands in the policy of each method, in the protos.</summary>
public static class Roles
{
    /// <summary>Runs production steps.</summary>
    public const string Operator = "operator";

    /// <summary>Checks what an operator did.</summary>
    public const string Verifier = "verifier";

    /// <summary>Records QC results.</summary>
    public const string QcAnalyst = "qc_analyst";

    /// <summary>Decides disposition; the only role that may release.</summary>
    public const string Qa = "qa";

    /// <summary>Answers for possession, licences and waste.</summary>
    public const string RadiationSafety = "radiation_safety";

    /// <summary>Takes and changes orders.</summary>
    public const string SupplyDesk = "supply_desk";

    /// <summary>Packs, surveys and ships.</summary>
    public const string Shipping = "shipping";

    /// <summary>Plans production runs.</summary>
    public const string Planner = "planner";

    /// <summary>Maintains products, customers, sites, equipment, recipes and specifications.</summary>
    public const string MasterData = "master_data_steward";

    /// <summary>Runs the system; has no GxP right.</summary>
    public const string Administrator = "administrator";

    /// <summary>A hospital or supplier system.</summary>
    public const string Partner = "partner";

    /// <summary>Reads everything, changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>A service account of the platform; methods name the ones they serve as <c>service:orders</c>.</summary>
    public const string Service = "service";

    /// <summary>How the subjects of service accounts begin, in tokens and in policies.</summary>
    public const string ServicePrefix = "service:";

    /// <summary>Every role a token may carry.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Operator, Verifier, QcAnalyst, Qa, RadiationSafety, SupplyDesk, Shipping, Planner, MasterData, Administrator, Partner, Auditor];
}
