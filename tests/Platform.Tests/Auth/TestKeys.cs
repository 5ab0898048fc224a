using System.Security.Cryptography;
using Doseline.Platform.Auth;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Tests.Auth;

/// <summary>Keys that touch no disk.</summary>
static class TestKeys
{
    /// <summary>A store with a fresh key of the given name.</summary>
    public static KeyStore Store(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new KeyStore(new ConfigurationBuilder().AddInMemoryCollection([new($"Keys:{name}", key.ExportPkcs8PrivateKeyPem())]).Build());
    }
}
