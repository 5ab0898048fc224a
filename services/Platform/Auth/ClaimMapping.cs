using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Doseline.Kernel.Rules;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Doseline.Platform.Auth;

/// <summary>From the claims of a checked token to a caller, by configuration.</summary>
public static class ClaimMapping
{
    /// <summary>Who the token speaks for.</summary>
    /// <param name="token">A token whose signature, issuer, audience and time were checked.</param>
    /// <param name="issuer">How its issuer speaks.</param>
    public static Caller? CallerOf(JsonWebToken token, IssuerOptions issuer)
    {
        // Read as JSON: the library gives a claim in whatever type it took it for.
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        var payload = document.RootElement;
        string Claim(string ours, string usual) => issuer.Claims.GetValueOrDefault(ours, usual);
        var subject = issuer.SubjectPrefix + token.Subject;
        const string service = "service:";
        var scopes = Values(payload, Claim("Scope", "scope")).SelectMany(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (issuer.Platform && subject.StartsWith(service, StringComparison.Ordinal)) return Caller.Service(subject[service.Length..]) with { Scopes = scopes };
        // Without a prefix of its own a foreign issuer could name anybody here.
        if (!issuer.Platform && subject.StartsWith(service, StringComparison.Ordinal)) return null;

        var roles = Values(payload, Claim("Role", "role")).Select(r => Ours(issuer.Roles, r)).Where(r => r is not null && Roles.All.Contains(r, StringComparer.Ordinal)).Cast<string>().Distinct(StringComparer.Ordinal).ToList();
        var sites = Values(payload, Claim("Site", "site")).Select(s => Ours(issuer.Sites, s)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var grants = Grants(Values(payload, Claim("Grant", "grant")), issuer);
        // Two lists of several each say who is what somewhere, and not where: their product would be rights that nobody gave.
        if (grants is null && roles.Count > 1 && sites.Count > 1) roles = [];
        if (grants is not null)
        {
            roles = [.. grants.Keys];
            sites = [.. grants.Values.SelectMany(s => s).Distinct(StringComparer.Ordinal)];
        }

        return new Caller
        {
            Subject = subject,
            Name = Values(payload, Claim("Name", "name")) is [var name, ..] ? name : subject,
            Roles = roles,
            Sites = sites is [] ? issuer.DefaultSites : sites,
            SitesByRole = grants,
            IsForeign = !issuer.Platform,
            // A foreign provider's scopes are its own affair unless it was said where ours stand.
            Scopes = issuer.Platform || issuer.Claims.ContainsKey("Scope") ? scopes : null,
            SessionId = Values(payload, Claim("Session", "sid")) is [var session, ..] ? session : null,
            AuthTime = Values(payload, "auth_time") is [var time, ..] && long.TryParse(time, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
        };
    }

    // "qa@bos": the role at that site and nowhere else.
    static IReadOnlyDictionary<string, IReadOnlyList<string>>? Grants(IReadOnlyList<string> values, IssuerOptions issuer) => values is [] ? null : Caller.ByRole(values.Select(Right.Read).OfType<Right>()
        .Where(r => Ours(issuer.Roles, r.Role) is { } role && Roles.All.Contains(role, StringComparer.Ordinal) && Ours(issuer.Sites, r.SiteId) is not null)
        .Select(r => new Right(Ours(issuer.Roles, r.Role)!, Ours(issuer.Sites, r.SiteId)!)));

    static string? Ours(IReadOnlyDictionary<string, string> map, string theirs) => map.Count == 0 ? theirs : map.GetValueOrDefault(theirs);

    static IReadOnlyList<string> Values(JsonElement payload, string path)
    {
        // A name may itself have dots, as URLs do.
        if (payload.TryGetProperty(path, out var element)) return Texts(element);
        element = payload;
        foreach (var part in path.Split('.'))
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
