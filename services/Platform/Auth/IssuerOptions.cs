using Doseline.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>One issuer of tokens as configured, section <c>Issuers:N</c>.</summary>
public sealed record IssuerOptions
{
    /// <summary>Base address; its discovery document and its keys are found under it. https, unless it is this machine.</summary>
    public required string Authority { get; init; }

    /// <summary>Value of <c>iss</c>; the authority when not given.</summary>
    public required string Name { get; init; }

    /// <summary>Value <c>aud</c> must contain; <c>doseline</c> when not given.</summary>
    public required string Audience { get; init; }

    /// <summary>Header <c>typ</c> a token must have, for example <c>at+jwt</c>; null when it does not matter.</summary>
    public string? TokenType { get; init; }

    /// <summary>Address of the key set; null means that the discovery document says it.</summary>
    public string? JwksUri { get; init; }

    /// <summary>Algorithms; ES256, RS256 and PS256 when none are given. Symmetric ones are refused at start.</summary>
    public required IReadOnlyList<string> Algorithms { get; init; }

    /// <summary>True for an Identity service of this platform: its subjects are taken as they are, and it speaks for service accounts.</summary>
    public bool Platform { get; init; }

    /// <summary>Put before every subject of a foreign issuer, so that none can name a person or service of ours.</summary>
    public required string SubjectPrefix { get; init; }

    /// <summary>Claims in which it says name, role, site, role at site, scope and session; a dot walks into an object (<c>realm_access.roles</c>).</summary>
    public required IReadOnlyDictionary<string, string> Claims { get; init; }

    /// <summary>Its words for our roles; empty means that it uses ours.</summary>
    public required IReadOnlyDictionary<string, string> Roles { get; init; }

    /// <summary>Its words for our sites; empty means that it uses ours.</summary>
    public required IReadOnlyDictionary<string, string> Sites { get; init; }

    /// <summary>Sites of a caller for whom it names none; empty for nowhere.</summary>
    public required IReadOnlyList<string> DefaultSites { get; init; }

    /// <summary>Reads every configured issuer.</summary>
    /// <exception cref="InvalidOperationException">An issuer is not configured soundly; the host must not start.</exception>
    public static IReadOnlyList<IssuerOptions> Read(IConfiguration config) => [.. config.GetSection("Issuers").GetChildren().Select(One)];

    static IssuerOptions One(IConfigurationSection section)
    {
        var authority = section["Authority"]?.TrimEnd('/') ?? throw new SettingException($"{section.Path}:Authority is missing.");
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || address.IsLoopback))
            throw new SettingException($"{section.Path}:Authority must be an https address.");
        string[] algorithms = Words(section, "Algorithms") is [_, ..] given ? given : [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];
        if (algorithms.FirstOrDefault(a => !(a.StartsWith("ES", StringComparison.Ordinal) || a.StartsWith("RS", StringComparison.Ordinal) || a.StartsWith("PS", StringComparison.Ordinal))) is { } weak)
            throw new SettingException($"{section.Path}:Algorithms names {weak}; a token is checked with a public key or not at all.");
        var roles = Map(section, "Roles");
        if (roles.Values.FirstOrDefault(role => !Kernel.Rules.Roles.All.Contains(role, StringComparer.Ordinal)) is { } unknown)
            throw new SettingException($"{section.Path}:Roles maps to {unknown}, which nobody can have.");
        var platform = section.GetValue("Platform", false);
        return new IssuerOptions
        {
            Authority = authority,
            Name = section["Name"] ?? authority,
            Audience = section["Audience"] ?? "doseline",
            TokenType = section["TokenType"] ?? (platform ? "at+jwt" : null),
            JwksUri = section["JwksUri"],
            Algorithms = algorithms,
            Platform = platform,
            SubjectPrefix = section["SubjectPrefix"] ?? (platform ? "" : address.Host + ":"),
            Claims = Map(section, "Claims"),
            Roles = roles,
            Sites = Map(section, "Sites"),
            DefaultSites = Words(section, "DefaultSites"),
        };
    }

    static Dictionary<string, string> Map(IConfigurationSection section, string name) =>
        section.GetSection(name).GetChildren().Where(c => c.Value is not null).ToDictionary(c => c.Key, c => c.Value!, StringComparer.Ordinal);

    static string[] Words(IConfigurationSection section, string name) =>
        (section[name] ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
