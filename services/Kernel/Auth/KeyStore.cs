using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Doseline.Kernel.Auth;

/// <summary>Signing keys and secrets of this installation: from configuration, or made once and kept in a directory.</summary>
/// <remarks><c>Keys:{name}</c> holds a PEM private key; otherwise <c>Keys:Directory</c> (default <c>data/keys</c>) holds <c>{name}.pem</c>.</remarks>
public sealed class KeyStore(IConfiguration config)
{
    readonly Lock guard = new();
    readonly Dictionary<string, ECDsa> keys = new(StringComparer.Ordinal);

    /// <summary>The P-256 key of that name.</summary>
    public ECDsa Signing(string name)
    {
        lock (guard)
        {
            if (!keys.TryGetValue(name, out var key)) keys[name] = key = Load(name);
            return key;
        }
    }

    /// <summary>A 32-byte secret derived from the key of that name, for message authentication codes.</summary>
    public byte[] Secret(string name) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Signing(name).ExportECPrivateKey(), 32, info: System.Text.Encoding.UTF8.GetBytes(name));

    ECDsa Load(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (config[$"Keys:{name}"] is { Length: > 0 } pem)
        {
            key.ImportFromPem(pem);
            return key;
        }

        var directory = config["Keys:Directory"] ?? Path.Combine("data", "keys");
        var path = Path.Combine(directory, $"{name}.pem");
        if (File.Exists(path))
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }

        Directory.CreateDirectory(directory);
        // Written whole and then moved, so that a second process never reads half a key.
        var draft = path + "." + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        File.WriteAllText(draft, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            key.ImportFromPem(File.ReadAllText(path));
        }

        return key;
    }
}
