namespace Doseline.Identity.Data;

/// <summary>A signature that was made here. Append-only and kept whole elsewhere: the service that accepts it keeps token and content.</summary>
public sealed record SigningRow
{
    /// <summary>Signature identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Immutable id of the signer.</summary>
    public required string SignerId { get; init; }

    /// <summary>Printed name of the signer at that time.</summary>
    public required string SignerName { get; init; }

    /// <summary>Who asked for it; another than the signer where a second person signs at the first one's screen.</summary>
    public required string CallerId { get; init; }

    /// <summary>Meaning.</summary>
    public required string Meaning { get; init; }

    /// <summary>Method signed for.</summary>
    public required string Method { get; init; }

    /// <summary>Lower-case hex SHA-256 of what was signed.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Instant (UTC).</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>IANA zone in which the signer worked.</summary>
    public required string Zone { get; init; }

    /// <summary>True when id and password were given, false when the password alone was enough.</summary>
    public required bool BothComponents { get; init; }

    /// <summary>True for a second person's.</summary>
    public required bool SecondPerson { get; init; }

    /// <summary>Key that signed.</summary>
    public required string KeyId { get; init; }
}

/// <summary>How long the password alone is enough in one session. Not a record: it only spares typing, and lapses.</summary>
public sealed class SigningWindowRow
{
    /// <summary>Session.</summary>
    public required string SessionId { get; init; }

    /// <summary>Whose.</summary>
    public required string PersonId { get; init; }

    /// <summary>Until then (UTC).</summary>
    public required DateTimeOffset UntilTime { get; set; }
}
