using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Doseline.Kernel.Auth;

/// <summary>From the claims of a checked token to a caller, by configuration.</summary>
public static class ClaimMapping
{
    /// <summary>Who the token speaks for.</summary>
    /// <param name="token">A token whose signature, issuer, audience and time were checked.</param>
    /// <param name="issuer">How its issuer speaks.</param>
    public static Caller? CallerOf(JsonWebToken token, IssuerOptions issuer)
    {
        string Claim(string ours, string usual) => issuer.Claims.GetValueOrDefault(ours, usual);
        var subject = issuer.SubjectPrefix + token.Subject;
        const string service = "service:";
        if (issuer.Platform && subject.StartsWith(service, StringComparison.Ordinal)) return Caller.Service(subject[service.Length..]);
        // Without a prefix of its own a foreign issuer could name anybody here.
        if (!issuer.Platform && subject.StartsWith(service, StringComparison.Ordinal)) return null;

        var roles = Values(token, Claim("Role", "role")).Select(r => Ours(issuer.Roles, r)).Where(r => r is not null && Roles.All.Contains(r, StringComparer.Ordinal)).Cast<string>().Distinct(StringComparer.Ordinal).ToList();
        var sites = Values(token, Claim("Site", "site")).Select(s => Ours(issuer.Sites, s)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var grants = Grants(Values(token, Claim("Grant", "grant")), issuer);
        if (grants is not null)
        {
            roles = [.. grants.Keys];
            sites = [.. grants.Values.SelectMany(s => s).Distinct(StringComparer.Ordinal)];
        }

        var scopes = Values(token, Claim("Scope", "scope")).SelectMany(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return new Caller
        {
            Subject = subject,
            Name = Values(token, Claim("Name", "name")).FirstOrDefault() ?? subject,
            Roles = roles,
            Sites = sites is [] ? issuer.DefaultSites : sites,
            SitesByRole = grants,
            // A foreign provider's scopes are its own affair unless it was said where ours stand.
            Scopes = issuer.Platform || issuer.Claims.ContainsKey("Scope") ? scopes : null,
            SessionId = Values(token, Claim("Session", "sid")).FirstOrDefault(),
            AuthTime = Values(token, "auth_time").Select(t => long.TryParse(t, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : (DateTimeOffset?)null).FirstOrDefault(),
        };
    }

    // "qa@bos": the role at that site and nowhere else.
    static Dictionary<string, IReadOnlyList<string>>? Grants(IReadOnlyList<string> values, IssuerOptions issuer)
    {
        var pairs = values.Select(v => v.Split('@', 2)).Where(p => p.Length == 2)
            .Select(p => (Role: Ours(issuer.Roles, p[0]), Site: Ours(issuer.Sites, p[1])))
            .Where(p => p.Role is not null && p.Site is not null && Roles.All.Contains(p.Role, StringComparer.Ordinal)).ToList();
        return values is [] ? null : pairs.GroupBy(p => p.Role!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.Select(p => p.Site!).Distinct(StringComparer.Ordinal)], StringComparer.Ordinal);
    }

    static string? Ours(IReadOnlyDictionary<string, string> map, string theirs) => map.Count == 0 ? theirs : map.GetValueOrDefault(theirs);

    static IReadOnlyList<string> Values(JsonWebToken token, string path)
    {
        var parts = path.Split('.');
        // A name may itself have dots, as URLs do.
        if (token.TryGetPayloadValue(path, out JsonElement whole)) return Texts(whole);
        if (parts.Length == 1 || !token.TryGetPayloadValue(parts[0], out JsonElement element)) return [];
        foreach (var part in parts[1..])
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(part, out element)) return [];
        }

        return Texts(element);
    }

    static IReadOnlyList<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Number => [element.GetRawText()],
        JsonValueKind.Array => [.. element.EnumerateArray().Where(e => e.ValueKind is JsonValueKind.String).Select(e => e.GetString()!)],
        _ => [],
    };
}
