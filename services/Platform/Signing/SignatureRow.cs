namespace Doseline.Platform.Signing;

/// <summary>A signature as its service keeps it: append-only, never changed. Which records it stands under the audit trail says, by its id.</summary>
public sealed record SignatureRow
{
    /// <summary>Signature identifier; unique, so that no signature is used twice.</summary>
    public required string Id { get; init; }

    /// <summary>The first person's signature when this is the second's; null otherwise.</summary>
    public string? FirstId { get; init; }

    /// <summary>Immutable id of the signer.</summary>
    public required string SignerId { get; init; }

    /// <summary>Printed name of the signer.</summary>
    public required string SignerName { get; init; }

    /// <summary>Meaning, as <see cref="Meanings.CodeOf"/>.</summary>
    public required string Meaning { get; init; }

    /// <summary>Method signed.</summary>
    public required string Method { get; init; }

    /// <summary>Instant of the signature (UTC).</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>IANA zone in which the signer worked.</summary>
    public required string Zone { get; init; }

    /// <summary>Canonical JSON of what was signed.</summary>
    public required string Content { get; init; }

    /// <summary>Lower-case hex SHA-256 of <see cref="Content"/>.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The token, to verify with the public key.</summary>
    public required string Token { get; init; }

    /// <summary>Id of that key.</summary>
    public required string KeyId { get; init; }

    /// <summary>Instant at which the method accepted it (UTC).</summary>
    public required DateTimeOffset AcceptTime { get; init; }

    /// <summary>The row of a signature that was accepted.</summary>
    /// <param name="given">The signature.</param>
    /// <param name="firstId">The first person's signature; null when this is it.</param>
    /// <param name="now">Now (UTC).</param>
    public static SignatureRow Of(GivenSignature given, string? firstId, DateTimeOffset now) => new()
    {
        Id = given.Claims.Id,
        FirstId = firstId,
        SignerId = given.Claims.SignerId,
        SignerName = given.Claims.SignerName,
        Meaning = Meanings.CodeOf(given.Claims.Meaning),
        Method = given.Claims.Method,
        Time = given.Claims.Time,
        Zone = given.Claims.Zone,
        Content = given.Content,
        ContentHash = given.Claims.ContentHash,
        Token = given.Token,
        KeyId = given.KeyId,
        AcceptTime = now,
    };
}
