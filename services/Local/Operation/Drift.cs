using System.Text.Json.Nodes;

namespace Doseline.Local.Operation;

/// <summary>A difference between what was validated and what runs.</summary>
/// <param name="Name">For example <c>Deployment/orders</c>.</param>
/// <param name="Path">Field, with dots and places; empty for the whole object.</param>
/// <param name="Validated">What was validated, as JSON; null when it was not there.</param>
/// <param name="Running">What runs, as JSON; null when it is not there.</param>
public sealed record Drift(string Name, string Path, string? Validated, string? Running)
{
    // What the API server writes where nobody said anything (Kubernetes API reference, "defaults to").
    static readonly HashSet<(string Field, string Value)> Defaults =
    [
        ("protocol", "\"TCP\""), ("terminationMessagePath", "\"/dev/termination-log\""), ("terminationMessagePolicy", "\"File\""), ("dnsPolicy", "\"ClusterFirst\""),
        ("restartPolicy", "\"Always\""), ("schedulerName", "\"default-scheduler\""), ("progressDeadlineSeconds", "600"), ("type", "\"ClusterIP\""), ("sessionAffinity", "\"None\""),
        ("internalTrafficPolicy", "\"Cluster\""), ("ipFamilyPolicy", "\"SingleStack\""), ("scheme", "\"HTTP\""), ("successThreshold", "1"), ("timeoutSeconds", "1"), ("failureThreshold", "3"),
        ("apiVersion", "\"v1\""), ("serviceAccount", ""), ("clusterIP", ""), ("clusterIPs", ""), ("ipFamilies", ""), ("selectPolicy", "\"Max\""), ("initialDelaySeconds", "0"), ("defaultMode", "420"),
    ];

    /// <summary>Every difference, in the order of objects and fields.</summary>
    public static IReadOnlyList<Drift> Between(IReadOnlyDictionary<string, JsonObject> validated, IReadOnlyDictionary<string, JsonObject> running)
    {
        List<Drift> drifts = [];
        foreach (var name in validated.Keys.Union(running.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (!running.TryGetValue(name, out var live)) drifts.Add(new Drift(name, "", "there", null));
            else if (!validated.TryGetValue(name, out var then)) drifts.Add(new Drift(name, "", null, "there"));
            else Compare(name, "", then, live, drifts);
        }

        return drifts;
    }

    /// <inheritdoc/>
    public override string ToString() => (Validated, Running) switch
    {
        (null, _) => $"{Name} {Path}: added {Running}",
        (_, null) => $"{Name} {Path}: missing, was {Validated}",
        _ => $"{Name} {Path}: {Running}, was {Validated}",
    };

    static void Compare(string name, string path, JsonNode? then, JsonNode? now, List<Drift> drifts)
    {
        switch (then, now)
        {
            case (JsonObject a, JsonObject b):
                foreach (var (key, value) in a) Compare(name, $"{path}.{key}", value, b[key], drifts);
                drifts.AddRange(b.Where(f => !a.ContainsKey(f.Key) && !IsDefault(f.Key, f.Value)).Select(f => new Drift(name, $"{path}.{f.Key}".TrimStart('.'), null, Text(f.Value))));
                return;
            case (JsonArray a, JsonArray b):
                for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
                {
                    if (i >= a.Count) drifts.Add(new Drift(name, $"{path}[{i}]".TrimStart('.'), null, Text(b[i])));
                    else Compare(name, $"{path}[{i}]", a[i], i < b.Count ? b[i] : null, drifts);
                }

                return;
            default:
                // An empty map, list or word that the cluster drops is no difference.
                if (JsonNode.DeepEquals(then, now) || (now is null && then is null or JsonObject { Count: 0 } or JsonArray { Count: 0 })) return;
                drifts.Add(new Drift(name, path.TrimStart('.'), then is null ? null : Text(then), now is null ? null : Text(now)));
                return;
        }
    }

    static bool IsDefault(string field, JsonNode? value) => value is null or JsonObject { Count: 0 } || Defaults.Contains((field, Text(value))) || Defaults.Contains((field, ""));

    static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
