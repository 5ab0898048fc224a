using Doseline.Identity.Domain;
using Doseline.Platform.Data;

namespace Doseline.Identity.Data;

/// <summary>An account of a system.</summary>
public sealed class AccountRow : IGxpRow
{
    /// <summary>Immutable id.</summary>
    public required string Id { get; init; }

    /// <summary>Name it gives at the token endpoint.</summary>
    public required string ClientId { get; init; }

    /// <summary>Printed name.</summary>
    public required string Name { get; set; }

    /// <summary>What it is for.</summary>
    public required AccountKind Kind { get; init; }

    /// <summary>How it proves who it is.</summary>
    public required AccountProof Proof { get; init; }

    /// <summary>Public keys, JSON Web Key Set; empty for none.</summary>
    public string Jwks { get; set; } = "";

    /// <summary>What it may ask for, separated by blanks.</summary>
    public string Scopes { get; set; } = "";

    /// <summary>Where people come back to, one a line.</summary>
    public string RedirectUris { get; set; } = "";

    /// <summary>Where people come back to after signing out, one a line.</summary>
    public string PostLogoutUris { get; set; } = "";

    /// <summary>True while it is turned off.</summary>
    public bool Disabled { get; set; }

    /// <summary>When its newest secret was made (UTC); null without one.</summary>
    public DateTimeOffset? SecretTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>The account as the rules of sign-in look at it.</summary>
    /// <param name="issuer">Address of this provider: an application that lives beside it, as the console does, gives only paths.</param>
    public Client ToClient(string issuer) => new(
        Id, ClientId, Name, Kind, Proof, Jwks, Lines(Scopes, ' '), Absolute(RedirectUris, issuer), Absolute(PostLogoutUris, issuer));

    static string[] Absolute(string uris, string issuer) => [.. Lines(uris, '\n').Select(uri => uri.StartsWith('/') ? issuer + uri : uri)];

    static string[] Lines(string text, char separator) => text.Split(separator, StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The hash of a secret of 256 random bits: guessing is hopeless, so it need not be slow. Not a GxP row, so that it stays out of the audit trail.</summary>
public sealed class ClientSecretRow
{
    /// <summary>SHA-256 of the secret.</summary>
    public required string Hash { get; init; }

    /// <summary>Whose.</summary>
    public required string AccountId { get; init; }

    /// <summary>Good until then (UTC); null for the newest.</summary>
    public DateTimeOffset? UntilTime { get; set; }
}
