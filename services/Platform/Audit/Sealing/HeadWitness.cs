using System.Collections.Concurrent;
using Doseline.Audit.V1;
using Google.Protobuf;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Remembers the latest head of each service outside its database, so that a database put back to an earlier state is noticed by the sealer itself.</summary>
public sealed class HeadWitness(SealOptions options)
{
    readonly ConcurrentDictionary<string, TreeHead> latest = new(StringComparer.Ordinal);

    /// <summary>The latest head that was witnessed; null when none was.</summary>
    public TreeHead? LatestOf(string service)
    {
        if (latest.TryGetValue(service, out var head)) return head;
        if (FileOf(service) is not { } file || !File.Exists(file)) return null;
        return latest.GetOrAdd(service, JsonParser.Default.Parse<TreeHead>(File.ReadAllText(file)));
    }

    /// <summary>Remembers a head that was signed, or seen in the database.</summary>
    public void Remember(TreeHead head)
    {
        if (LatestOf(head.Service) is { } known && known.Number >= head.Number) return;
        latest[head.Service] = head;
        if (FileOf(head.Service) is not { } file) return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Written whole and then moved, so that it is never half.
        var draft = $"{file}.{head.Number}";
        File.WriteAllText(draft, JsonFormatter.Default.Format(head));
        File.Move(draft, file, overwrite: true);
    }

    string? FileOf(string service) => options.Witness is { Length: > 0 } folder ? Path.Combine(folder, $"{service}.head.json") : null;
}
