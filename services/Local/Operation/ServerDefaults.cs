using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Doseline.Local.Operation;

/// <summary>What an API server and the CRDs write where nobody said anything; anything else in its place was written by somebody.</summary>
/// <remarks>Kubernetes API reference, "Defaults to"; Dapr's CRDs. <c>[]</c> is any place of a list.</remarks>
static partial class ServerDefaults
{
    // Milliseconds; no field is long enough to come near.
    const int MatchMax = 1000;
    const string Pod = "spec.template.spec";
    const string Container = $"{Pod}.containers[]";

    static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["Deployment spec.progressDeadlineSeconds"] = "600",
        ["Deployment spec.replicas"] = "1",
        ["Deployment spec.strategy.type"] = "\"RollingUpdate\"",
        [$"Deployment {Pod}.dnsPolicy"] = "\"ClusterFirst\"",
        [$"Deployment {Pod}.restartPolicy"] = "\"Always\"",
        [$"Deployment {Pod}.schedulerName"] = "\"default-scheduler\"",
        [$"Deployment {Pod}.volumes[].secret.defaultMode"] = "420",
        [$"Deployment {Container}.ports[].protocol"] = "\"TCP\"",
        [$"Deployment {Container}.imagePullPolicy"] = "\"IfNotPresent\"",
        [$"Deployment {Container}.terminationMessagePath"] = "\"/dev/termination-log\"",
        [$"Deployment {Container}.terminationMessagePolicy"] = "\"File\"",
        [$"Deployment {Container}.env[].valueFrom.fieldRef.apiVersion"] = "\"v1\"",
        ["Service spec.type"] = "\"ClusterIP\"",
        ["Service spec.sessionAffinity"] = "\"None\"",
        ["Service spec.internalTrafficPolicy"] = "\"Cluster\"",
        ["Service spec.ipFamilyPolicy"] = "\"SingleStack\"",
        ["Service spec.ports[].protocol"] = "\"TCP\"",
        ["NetworkPolicy spec.ingress[].ports[].protocol"] = "\"TCP\"",
        ["NetworkPolicy spec.egress[].ports[].protocol"] = "\"TCP\"",
        ["HorizontalPodAutoscaler spec.behavior.scaleUp.selectPolicy"] = "\"Max\"",
        ["HorizontalPodAutoscaler spec.behavior.scaleUp.stabilizationWindowSeconds"] = "0",
        ["HorizontalPodAutoscaler spec.behavior.scaleDown.selectPolicy"] = "\"Max\"",
        ["Configuration spec.metric"] = """{"enabled":true}""",
        ["Configuration spec.metrics"] = """{"enabled":true}""",
    };

    static readonly Dictionary<string, string> Probe = new(StringComparer.Ordinal)
    {
        ["failureThreshold"] = "3", ["periodSeconds"] = "10", ["successThreshold"] = "1", ["timeoutSeconds"] = "1", ["initialDelaySeconds"] = "0", ["httpGet.scheme"] = "\"HTTP\"",
    };

    // What every namespace has.
    static readonly HashSet<string> Everywhere = new(StringComparer.Ordinal) { "ServiceAccount/default", "ConfigMap/kube-root-ca.crt" };

    /// <summary>True for an object that is there without anybody's doing.</summary>
    public static bool IsEverywhere(string name) => Everywhere.Contains(name);

    /// <summary>True for a value that the server itself put where the validated object says nothing.</summary>
    /// <param name="kind">Kind of the object.</param>
    /// <param name="path">Field, with dots and places.</param>
    /// <param name="value">What is there.</param>
    /// <param name="beside">The validated fields beside it.</param>
    public static bool Wrote(string kind, string path, JsonNode? value, JsonObject beside)
    {
        if (value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 }) return true;
        var at = Place().Replace(path, "[]");
        if (Values.TryGetValue($"{kind} {at}", out var known)) return value.ToJsonString() == known;
        return (kind, at) switch
        {
            ("Service", "spec.clusterIP") => IsAddress(value),
            ("Service", "spec.clusterIPs") => value is JsonArray addresses && addresses.All(IsAddress),
            ("Service", "spec.ipFamilies") => value is JsonArray families && families.All(f => f?.ToString() is "IPv4" or "IPv6"),
            // The old name of a field that is said under its new one.
            ("Deployment", $"{Pod}.serviceAccount") => JsonNode.DeepEquals(value, beside["serviceAccountName"]),
            ("Deployment", _) when ProbeField().Match(at) is { Success: true } field => Probe.TryGetValue(field.Groups["name"].Value, out var usual) && value.ToJsonString() == usual,
            _ => false,
        };
    }

    /// <summary>True for two ways of writing one amount (<c>1</c> and <c>1000m</c>), which the server writes its own way.</summary>
    public static bool AreSameAmount(string path, JsonNode? then, JsonNode? now) =>
        (path.Contains(".resources.", StringComparison.Ordinal) || path.EndsWith(".sizeLimit", StringComparison.Ordinal)) && Amount(then) is { } a && Amount(now) is { } b && a == b;

    static bool IsAddress(JsonNode? value) => value?.ToString() is { } text && (text is "None" || IPAddress.TryParse(text, out _));

    static decimal? Amount(JsonNode? node)
    {
        var match = Quantity().Match(node?.ToString() ?? "");
        if (!match.Success || !decimal.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
        return number * match.Groups["unit"].Value switch
        {
            "m" => 0.001m, "k" => 1e3m, "M" => 1e6m, "G" => 1e9m, "T" => 1e12m,
            "Ki" => 1024m, "Mi" => 1024m * 1024, "Gi" => 1024m * 1024 * 1024, "Ti" => 1024m * 1024 * 1024 * 1024,
            _ => 1m,
        };
    }

    [GeneratedRegex(@"\[[0-9]+\]", RegexOptions.None, MatchMax)]
    private static partial Regex Place();

    [GeneratedRegex(@"^spec\.template\.spec\.containers\[\]\.(startup|readiness|liveness)Probe\.(?<name>.+)$", RegexOptions.ExplicitCapture, MatchMax)]
    private static partial Regex ProbeField();

    [GeneratedRegex("^(?<number>[0-9.]+)(?<unit>m|k|M|G|T|Ki|Mi|Gi|Ti)?$", RegexOptions.ExplicitCapture, MatchMax)]
    private static partial Regex Quantity();
}
