using System.Security.Cryptography;
using Doseline.Platform.Auth;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Tests.Auth;

/// <summary>Keys that touch no disk.</summary>
static class TestKeys
{
    /// <summary>A store with a fresh key of each of the given names.</summary>
    public static KeyStore Store(params IReadOnlyList<string> names) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(names.Select(name => new KeyValuePair<string, string?>($"Keys:{name}", New()))).Build());

    /// <summary>A new private key as PEM.</summary>
    public static string New()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>The public half of a private key, both as PEM.</summary>
    public static string HalfOf(string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key.ExportSubjectPublicKeyInfoPem();
    }
}
