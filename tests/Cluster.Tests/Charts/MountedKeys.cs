using System.Security.Cryptography;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>The secret of keys as <c>charts/secrets.sh</c> makes it, and what of it the rendering mounts into each pod, in a folder of the pod's own.</summary>
sealed class MountedKeys : IDisposable
{
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("doseline-pod-keys-");
    readonly Dictionary<string, ECDsa> pairs = new(StringComparer.Ordinal);
    readonly Lock guard = new();

    /// <summary>The keys that a pod is given, by the names of their files.</summary>
    public static IReadOnlyList<string> Of(Manifest deployment) =>
        [.. deployment.List("spec", "template", "spec", "volumes").Where(v => v.Text("name") == "keys").SelectMany(v => v.List("secret", "items")).Select(i => i.Text("key"))];

    /// <summary>The folder that a pod sees under <c>/keys</c>; of several, one with what all of them see.</summary>
    public string FolderOf(params IReadOnlyList<Manifest> deployments)
    {
        lock (guard)
        {
            var folder = root.CreateSubdirectory(string.Join('+', deployments.Select(d => d.Name))).FullName;
            foreach (var file in deployments.SelectMany(Of)) File.WriteAllText(Path.Combine(folder, file), Text(file));
            return folder;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pair in pairs.Values) pair.Dispose();
        root.Delete(recursive: true);
    }

    string Text(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (!pairs.TryGetValue(name, out var pair)) pairs[name] = pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return file.EndsWith(".pub", StringComparison.Ordinal) ? pair.ExportSubjectPublicKeyInfoPem() : pair.ExportPkcs8PrivateKeyPem();
    }
}
