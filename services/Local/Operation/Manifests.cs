using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Doseline.Local.Operation;

/// <summary>Kubernetes objects from YAML, without what the cluster keeps for itself, and with hashes in place of secrets.</summary>
public static class Manifests
{
    static readonly string[] KeptByTheCluster = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "namespace", "ownerReferences", "finalizers"];
    static readonly string[] NotesOfTools = ["kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"];

    /// <summary>Reads objects by <c>Kind/name</c>; lists are taken apart, and what helm makes and removes as hooks is left out.</summary>
    /// <exception cref="YamlException">Not YAML.</exception>
    public static IReadOnlyDictionary<string, JsonObject> Read(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        SortedDictionary<string, JsonObject> objects = new(StringComparer.Ordinal);
        foreach (var one in stream.Documents.Select(d => Json(d.RootNode)).OfType<JsonObject>().SelectMany(Each))
        {
            if (one["metadata"]?["annotations"]?["helm.sh/hook"] is not null) continue;
            // What the cluster made by itself for something else comes and goes with that.
            if (one["metadata"]?["ownerReferences"] is JsonArray { Count: > 0 }) continue;
            objects[$"{one["kind"]}/{one["metadata"]?["name"]}"] = Bare(one);
        }

        return objects;
    }

    static IEnumerable<JsonObject> Each(JsonObject one) => one["kind"]?.GetValue<string>() is { } kind && kind.EndsWith("List", StringComparison.Ordinal) && one["items"] is JsonArray items
        ? items.OfType<JsonObject>().Select(i => (JsonObject)i.DeepClone()) : [one];

    static JsonObject Bare(JsonObject one)
    {
        one.Remove("status");
        if (one["metadata"] is JsonObject metadata)
        {
            foreach (var field in KeptByTheCluster) metadata.Remove(field);
            if (metadata["annotations"] is JsonObject annotations)
            {
                foreach (var note in NotesOfTools) annotations.Remove(note);
                if (annotations.Count == 0) metadata.Remove("annotations");
            }
        }

        if (one["kind"]?.GetValue<string>() is not "Secret") return one;
        // What a secret holds may be compared, and must not be kept.
        foreach (var field in new[] { "data", "stringData" })
        {
            if (one[field] is not JsonObject data) continue;
            foreach (var (key, value) in data.ToList()) data[key] = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value?.ToString() ?? "")));
        }

        return one;
    }

    static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } word => word.Value switch
        {
            "true" => true,
            "false" => false,
            "" or "null" or "~" => null,
            // YAML 1.1, as the API server reads it.
            ['0', _, ..] octal when octal.All(digit => digit is >= '0' and <= '7') => (double)Convert.ToInt32(octal, 8),
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            var text => text,
        },
        YamlScalarNode quoted => quoted.Value,
        _ => throw new YamlException("Neither a map, a list nor a word."),
    };
}
