using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Rpc;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Auth;

/// <summary>Signing keys and secrets of this installation: from configuration, or made once and kept in a directory.</summary>
/// <remarks>
/// <c>Keys:{name}</c> holds a PEM private key; otherwise <c>Keys:Directory</c> (default <c>data/keys</c>) holds <c>{name}.pem</c>. Each service signs
/// with keys of its own, named after it; of a key that is checked, <c>{name}.pub</c> holds the public half, or several while it is changed.
/// </remarks>
public sealed class KeyStore(IConfiguration config)
{
    readonly Lock guard = new();
    readonly Dictionary<string, ECDsa> keys = new(StringComparer.Ordinal);
    readonly Dictionary<string, byte[]> secrets = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, (string Text, ECDsa[] Keys)> standing = new(StringComparer.Ordinal);

    /// <summary>Names of the keys that are a service's own: its tokens, page tokens, seals and facts are signed with one each, and nobody else has them.</summary>
    public static IReadOnlyList<string> OwnOf(string service) => [InstallationTokens.KeyOf(service), PageTokens.KeyOf(service), TreeHeads.KeyOf(service), PageSeal.KeyOf(service)];

    /// <summary>Whether the key of that name is here.</summary>
    public bool Has(string name) => config[$"Keys:{name}"] is { Length: > 0 } || File.Exists(PathOf($"{name}.pem"));

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

    /// <summary>The P-256 key of that name as it stands now: it may be changed under a running process.</summary>
    public ECDsa Standing(string name) => Own(name)[0];

    /// <summary>The public halves of the key of that name as they stand now; none where they are not known here.</summary>
    /// <remarks>Where the key itself lies in the directory, as where one machine runs everything, its own half is the one.</remarks>
    public IReadOnlyList<ECDsa> Halves(string name) =>
        config[$"Keys:{name}.pub"] is { Length: > 0 } configured ? Standing($"{name}.pub", configured, HalvesIn)
        : File.Exists(PathOf($"{name}.pub")) ? Standing($"{name}.pub", File.ReadAllText(PathOf($"{name}.pub")), HalvesIn)
        : Has(name) ? Own(name) : [];

    /// <summary>The same, where what is there may be in the middle of a change: halves that cannot be read know nobody's signature.</summary>
    public IReadOnlyList<ECDsa> KnownHalves(string name)
    {
        try
        {
            return Halves(name);
        }
        catch (Exception unread) when (unread is SettingException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A file is read each time, for a mounted secret changes without a sign; it is only understood anew where it says something else.
    ECDsa[] Standing(string file, string text, Func<string, string, ECDsa[]> import)
    {
        if (standing.TryGetValue(file, out var known) && known.Text == text) return known.Keys;
        return (standing[file] = (text, import(text, file))).Keys;
    }

    ECDsa[] Own(string name) => Standing(name, PrivateOf(name), Import);

    ECDsa Load(string name) => Import(PrivateOf(name), name)[0];

    string PrivateOf(string name)
    {
        if (config[$"Keys:{name}"] is { Length: > 0 } pem) return pem;
        var path = PathOf($"{name}.pem");
        if (!File.Exists(path))
        {
            if (HostNeeds.Has(config, HostNeeds.Keys)) throw new SettingException($"{path} is not there, and a host that needs the installation's keys makes none of its own.");
            Make(path);
        }

        // Read back also by the one that made it: when several processes make it at once, the file says whose it is.
        return File.ReadAllText(path);
    }

    string PathOf(string file) => Path.Combine(config["Keys:Directory"] ?? Path.Combine("data", "keys"), file);

    ECDsa[] Import(string pem, string name) => [Read(pem, config[$"Keys:{name}"] is { Length: > 0 } ? $"Keys:{name}" : PathOf($"{name}.pem"), "private key")];

    /// <summary>The public keys that stand in a text as PEM, one or several.</summary>
    /// <param name="text">Text.</param>
    /// <param name="file">Where it is from.</param>
    /// <exception cref="SettingException">None stands there, or one cannot be read.</exception>
    public static ECDsa[] HalvesIn(string text, string file)
    {
        List<ECDsa> halves = [];
        for (var rest = text; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..]) halves.Add(Read(rest[found.Location], file, "public key"));
        return halves is [] ? throw new SettingException($"{file} holds no public key on an elliptic curve as PEM.") : [.. halves];
    }

    static ECDsa Read(string pem, string from, string what)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception unread) when (unread is ArgumentException or CryptographicException)
        {
            throw new SettingException($"{from} holds no {what} on an elliptic curve as PEM.", unread);
        }

        return key;
    }

    static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
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
