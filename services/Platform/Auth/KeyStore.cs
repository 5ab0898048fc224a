using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Auth;

/// <summary>Signing keys and secrets of this installation: from configuration, or made once and kept in a directory.</summary>
/// <remarks><c>Keys:{name}</c> holds a PEM private key; otherwise <c>Keys:Directory</c> (default <c>data/keys</c>) holds <c>{name}.pem</c>.</remarks>
public sealed class KeyStore(IConfiguration config)
{
    readonly Lock guard = new();
    readonly Dictionary<string, ECDsa> keys = new(StringComparer.Ordinal);
    readonly Dictionary<string, byte[]> secrets = new(StringComparer.Ordinal);

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
    public byte[] Secret(string name)
    {
        lock (guard)
        {
            if (!secrets.TryGetValue(name, out var secret))
                secrets[name] = secret = HKDF.DeriveKey(HashAlgorithmName.SHA256, Signing(name).ExportECPrivateKey(), 32, info: Encoding.UTF8.GetBytes(name));
            return secret;
        }
    }

    ECDsa Load(string name)
    {
        if (config[$"Keys:{name}"] is { Length: > 0 } pem) return Import(pem, $"Keys:{name}");
        var directory = config["Keys:Directory"] ?? Path.Combine("data", "keys");
        var path = Path.Combine(directory, $"{name}.pem");
        if (!File.Exists(path)) Make(directory, path);
        // Read back also by the one that made it: when several processes make it at once, the file says whose it is.
        return Import(File.ReadAllText(path), path);
    }

    static ECDsa Import(string pem, string from)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception unread) when (unread is ArgumentException or CryptographicException)
        {
            throw new SettingException($"{from} holds no private key on an elliptic curve as PEM.", unread);
        }

        return key;
    }

    static void Make(string directory, string path)
    {
        Directory.CreateDirectory(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Written whole and then moved, so that nobody reads half a key. The draft is named after the key, for process ids repeat across containers.
        var draft = $"{path}.{Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 8))}";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // Nobody else on the machine may read it, not even while it is being written.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(draft, Encoding.ASCII, options)) writer.Write(key.ExportPkcs8PrivateKeyPem());
        if (OperatingSystem.IsWindows()) Move(draft, path);
        else Link(draft, path);
    }

    // Windows moves nothing onto a file that is there, and decides so in one step.
    static void Move(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }

    // Elsewhere File.Move looks first and moves then, and of two processes the later one would win after the earlier had read its own key. A second
    // name for the draft is given in one step, or refused because there is one.
    static void Link(string draft, string path)
    {
        var given = GiveName(draft, path) == 0;
        var fault = Marshal.GetLastPInvokeError();
        File.Delete(draft);
        if (!given && !File.Exists(path)) throw new IOException($"The key {path} cannot be written: {Marshal.GetPInvokeErrorMessage(fault)}.");
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int GiveName([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
