using System.Text.Json;
using System.Text.Json.Nodes;

namespace Doseline.Local.Operation;

/// <summary>A difference between what was validated and what runs.</summary>
/// <param name="Name">For example <c>Deployment/orders</c>.</param>
/// <param name="Path">Field, with dots and places; empty for the whole object.</param>
/// <param name="Validated">What was validated, as JSON; null when it was not there.</param>
/// <param name="Running">What runs, as JSON; null when it is not there.</param>
public sealed record Drift(string Name, string Path, string? Validated, string? Running)
{
    /// <summary>Every difference, in the order of objects and fields.</summary>
    public static IReadOnlyList<Drift> Between(IReadOnlyDictionary<string, JsonObject> validated, IReadOnlyDictionary<string, JsonObject> running)
    {
        List<Drift> drifts = [];
        foreach (var name in validated.Keys.Union(running.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            running.TryGetValue(name, out var live);
            validated.TryGetValue(name, out var then);
            if (live is null) drifts.Add(new Drift(name, "", "there", null));
            else if (then is not null) Compare(name, "", then, Scaled(validated, name, then, live), drifts);
            else if (!ServerDefaults.IsEverywhere(name)) drifts.Add(new Drift(name, "", null, "there"));
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
                foreach (var (key, value) in a) Compare(name, Below(path, key), value, b[key], drifts);
                drifts.AddRange(b.Where(f => !a.ContainsKey(f.Key) && !ServerDefaults.Wrote(KindOf(name), Below(path, f.Key), f.Value, a)).Select(f => new Drift(name, Below(path, f.Key), null, Text(f.Value))));
                return;
            case (JsonArray a, JsonArray b):
                for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
                {
                    if (i >= a.Count) drifts.Add(new Drift(name, $"{path}[{i}]", null, Text(b[i])));
                    else Compare(name, $"{path}[{i}]", a[i], i < b.Count ? b[i] : null, drifts);
                }

                return;
            default:
                // An empty map, list or word that the cluster drops is no difference.
                if (JsonNode.DeepEquals(then, now) || (now is null && then is null or JsonObject { Count: 0 } or JsonArray { Count: 0 }) || ServerDefaults.AreSameAmount(path, then, now)) return;
                drifts.Add(new Drift(name, path, then is null ? null : Text(then), now is null ? null : Text(now)));
                return;
        }
    }

    // How many replicas there are is an autoscaler's to say, up to what it was given.
    static JsonObject Scaled(IReadOnlyDictionary<string, JsonObject> validated, string name, JsonObject then, JsonObject live)
    {
        if (KindOf(name) is not "Deployment" || !validated.TryGetValue($"HorizontalPodAutoscaler/{name.Split('/')[1]}", out var scaler)) return live;
        if (live["spec"]?["replicas"]?.GetValueKind() is not JsonValueKind.Number || live["spec"]!["replicas"]!.GetValue<double>() > scaler["spec"]?["maxReplicas"]?.GetValue<double>()) return live;
        live = (JsonObject)live.DeepClone();
        if (then["spec"]?["replicas"] is { } asked) live["spec"]!["replicas"] = asked.DeepClone();
        else ((JsonObject)live["spec"]!).Remove("replicas");
        return live;
    }

    static string KindOf(string name) => name.Split('/')[0];

    static string Below(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
