using System.Security.Cryptography;
using System.Text;

namespace Doseline.Identity.Oidc;

/// <summary>What is kept of a secret that this provider gave out.</summary>
static class Hashes
{
    /// <summary>SHA-256, lower-case hex. Enough for 256 random bits; passwords, which people choose, are hashed slowly elsewhere.</summary>
    public static string Of(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
