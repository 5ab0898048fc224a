using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Keys;

/// <summary>A key that signs now.</summary>
/// <param name="Kid">Key id, for the header of what it signs.</param>
/// <param name="Private">The P-256 key.</param>
public sealed record SigningKey(string Kid, ECDsa Private)
{
    /// <summary>For <see cref="SecurityTokenDescriptor"/>: ES256 with the key id.</summary>
    public SigningCredentials Credentials => new(new ECDsaSecurityKey(Private) { KeyId = Kid }, SecurityAlgorithms.EcdsaSha256);
}

/// <summary>The public half of a key, present or past.</summary>
/// <param name="Kid">Key id.</param>
/// <param name="Jwk">JSON Web Key with <c>kid</c>, <c>use</c> and <c>alg</c>.</param>
/// <param name="ActiveTime">Signs from then on (UTC).</param>
/// <param name="RetireTime">Nothing that it signed is accepted from then on (UTC); null while it is in use. Kept for ever, so that old signatures can be checked.</param>
public sealed record PublicKey(string Kid, string Jwk, DateTimeOffset ActiveTime, DateTimeOffset? RetireTime);
