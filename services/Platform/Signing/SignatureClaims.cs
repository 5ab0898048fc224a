using Doseline.Common.V1;
using Doseline.Kernel.Rules;

namespace Doseline.Platform.Signing;

/// <summary>What a signature token says. It is made by Identity alone, at the moment the person shows who they are.</summary>
public sealed record SignatureClaims
{
    /// <summary>Signature identifier (claim <c>jti</c>).</summary>
    public required string Id { get; init; }

    /// <summary>Immutable id of the signer (claim <c>sub</c>).</summary>
    public required string SignerId { get; init; }

    /// <summary>Printed name of the signer.</summary>
    public required string SignerName { get; init; }

    /// <summary>What the signer declares.</summary>
    public required SigningMeaning Meaning { get; init; }

    /// <summary>Method signed for, <c>/package.Service/Method</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Lower-case hex SHA-256 of <see cref="SignedContent.Of"/>.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Instant of the signature (UTC), to the millisecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>IANA zone in which the signer worked.</summary>
    public required string Zone { get; init; }

    /// <summary>Offset of <see cref="Zone"/> from UTC at <see cref="Time"/>, in minutes.</summary>
    public required int OffsetMinutes { get; init; }

    /// <summary>Instant after which no method accepts it (UTC).</summary>
    public required DateTimeOffset ExpireTime { get; init; }

    /// <summary>What the signer was at that time, and where, as far as this signature asks for it.</summary>
    public required IReadOnlyList<Right> Rights { get; init; }

    /// <summary>True when id and password were given; false when, within a session, the password alone was enough (21 CFR 11.200(a)(1)(i)).</summary>
    public required bool BothComponents { get; init; }

    /// <summary>True when this is the signature of the second person.</summary>
    public required bool IsSecond { get; init; }

    /// <summary>Sites where the signer held one of the roles.</summary>
    public IReadOnlyList<string> SitesOf(IReadOnlyList<string> roles) => [.. Rights.Where(r => roles.Contains(r.Role, StringComparer.Ordinal)).Select(r => r.SiteId).Distinct(StringComparer.Ordinal)];
}
