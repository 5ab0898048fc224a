using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Doseline.Cluster.Tests.Charts;
using Doseline.Local.Operation;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Operation;

public sealed class BaselineTests
{
    [Clause("Annex 11 10")]
    [Fact]
    [Requirement("A003", "A172")]
    public async Task What_a_cluster_adds_by_itself_is_no_drift_and_everything_else_is_named()
    {
        var (_, manifests, errors) = await Chart.TryAsync("");
        errors.ShouldBeEmpty();
        var validated = Manifests.Read(manifests);
        validated.ContainsKey("Deployment/orders").ShouldBeTrue();
        validated.Keys.ShouldNotContain(k => k.StartsWith("Job/", StringComparison.Ordinal), "hooks come and go");
        Drift.Between(validated, Manifests.Read(manifests)).ShouldBeEmpty();

        // As a cluster answers: its own fields, and defaults that nobody wrote.
        var answered = Regex.Replace(manifests.Replace("kind: Deployment\nmetadata:\n", "kind: Deployment\nstatus: { replicas: 2 }\nmetadata:\n  uid: 0f\n  resourceVersion: \"7\"\n", StringComparison.Ordinal),
            "(?m)^( *)imagePullPolicy: IfNotPresent$", "$0\n$1terminationMessagePath: /dev/termination-log");
        answered.ShouldNotBe(manifests);
        Drift.Between(validated, Manifests.Read(answered)).ShouldBeEmpty();

        var drifted = Regex.Replace(manifests, "(?m)^( *)readOnlyRootFilesystem: true$", "$0\n$1privileged: true")
            .Replace("value: \"60\" }", "value: \"3600\" }", StringComparison.Ordinal)
            .Replace("kind: NetworkPolicy\nmetadata:\n  name: doseline-deny", "kind: NetworkPolicy\nmetadata:\n  name: doseline-open", StringComparison.Ordinal);
        var drifts = Drift.Between(validated, Manifests.Read(drifted)).Select(d => d.ToString()).ToList();
        drifts.ShouldContain(d => d.StartsWith("Deployment/orders spec.template.spec.containers[0].env[", StringComparison.Ordinal) && d.EndsWith("].value: \"3600\", was \"60\"", StringComparison.Ordinal));
        drifts.ShouldContain("Deployment/quality spec.template.spec.containers[0].securityContext.privileged: added true");
        drifts.ShouldContain("NetworkPolicy/doseline-deny : missing, was there");
        drifts.ShouldContain("NetworkPolicy/doseline-open : added there");
    }

    [Theory]
    [Requirement("A172")]
    [InlineData("")]
    [InlineData("-peak")]
    public void What_an_API_server_gives_back_untouched_has_not_drifted(string installation) =>
        Drift.Between(Manifests.Read(Cluster($"manifest{installation}")), Manifests.Read(Cluster($"answers{installation}"))).Select(d => d.ToString()).ShouldBeEmpty();

    [Theory]
    [Requirement("A172")]
    [InlineData("")]
    [InlineData("-peak")]
    public void Every_single_field_that_somebody_changes_is_named(string installation)
    {
        var validated = Manifests.Read(Cluster($"manifest{installation}"));
        var fields = 0;
        foreach (var (name, answer) in Manifests.Read(Cluster($"answers{installation}")))
        {
            foreach (var path in PathsOf(answer, []))
            {
                fields++;
                var changed = (JsonObject)answer.DeepClone();
                Change(changed, path);
                // The autoscaler of a deployment is read beside it.
                var beside = validated.Where(v => v.Key == name || v.Key == name.Replace("Deployment/", "HorizontalPodAutoscaler/", StringComparison.Ordinal)).ToDictionary(v => v.Key, v => v.Value, StringComparer.Ordinal);
                Drift.Between(beside, new Dictionary<string, JsonObject>(StringComparer.Ordinal) { [name] = changed }).ShouldContain(d => d.Name == name && d.Path.Length > 0, $"{name} {string.Join('.', path)}");
            }
        }

        fields.ShouldBeGreaterThan(2500);
    }

    [Fact]
    [Requirement("A172")]
    public void What_an_upgrade_leaves_as_it_is_and_what_every_namespace_has_are_told_apart()
    {
        var validated = Manifests.Read(Cluster("manifest"));
        var drifts = Drift.Between(validated, Manifests.Read(Cluster("answers")
            .Replace("    accessControl:\n      defaultAction: deny\n", "    accessControl:\n      defaultAction: allow\n", StringComparison.Ordinal)
            .Replace("        enableServiceLinks: false\n", "        enableServiceLinks: false\n        hostNetwork: true\n", StringComparison.Ordinal)
            .Replace("        volumes:\n        - name: keys\n", "        volumes:\n        - name: host\n          hostPath: { path: / }\n        - name: keys\n", StringComparison.Ordinal)
            + """
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: { name: default }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: kube-root-ca.crt }
            data: { ca.crt: x }
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: orders-dapr, ownerReferences: [{ kind: Deployment, name: orders, controller: true }] }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: left-behind }
            """)).Select(d => d.ToString()).ToList();
        drifts.ShouldContain("Configuration/doseline-orders spec.accessControl.defaultAction: \"allow\", was \"deny\"");
        drifts.ShouldContain("Deployment/orders spec.template.spec.hostNetwork: added true");
        drifts.ShouldContain(d => d.StartsWith("Deployment/orders spec.template.spec.volumes[", StringComparison.Ordinal));
        drifts.Where(d => d.EndsWith(": added there", StringComparison.Ordinal)).ShouldBe(["ConfigMap/left-behind : added there"]);
    }

    [Theory]
    [InlineData("cpu: 1", "cpu: 1000m", true)]
    [InlineData("memory: 1Gi", "memory: 1024Mi", true)]
    [InlineData("memory: 1G", "memory: 1Gi", false)]
    [InlineData("cpu: 1", "cpu: 1001m", false)]
    public void An_amount_is_compared_and_not_its_words(string then, string now, bool same)
    {
        static string Pod(string limit) => $"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: a }}\nspec: {{ template: {{ spec: {{ containers: [{{ name: a, resources: {{ limits: {{ {limit} }} }} }}] }} }} }}\n";
        Drift.Between(Manifests.Read(Pod(then)), Manifests.Read(Pod(now))).Count.ShouldBe(same ? 0 : 1);
    }

    static IEnumerable<IReadOnlyList<string>> PathsOf(JsonNode? node, IReadOnlyList<string> at) => node switch
    {
        JsonObject map => map.SelectMany(f => PathsOf(f.Value, [.. at, f.Key])),
        JsonArray list => list.SelectMany((item, i) => PathsOf(item, [.. at, i.ToString(CultureInfo.InvariantCulture)])),
        _ => [at],
    };

    static void Change(JsonNode node, IReadOnlyList<string> path)
    {
        foreach (var step in path.SkipLast(1)) node = Child(node, step)!;
        JsonNode changed = Child(node, path[^1]) switch
        {
            JsonValue value when value.GetValueKind() is JsonValueKind.True => false,
            JsonValue value when value.GetValueKind() is JsonValueKind.False => true,
            JsonValue value when value.GetValueKind() is JsonValueKind.Number => value.GetValue<double>() + 1000,
            var word => $"{word}-changed",
        };
        if (node is JsonArray list) list[int.Parse(path[^1], CultureInfo.InvariantCulture)] = changed;
        else node[path[^1]] = changed;
    }

    static JsonNode? Child(JsonNode node, string step) => node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)] : node[step];

    static string Cluster(string name) => File.ReadAllText(Repository.At("tests", "chart", "cluster", $"{name}.yaml"));

    [Fact]
    [Requirement("A172")]
    public void A_secret_is_compared_and_not_kept()
    {
        static string Secret(string value) => $"apiVersion: v1\nkind: Secret\nmetadata: {{ name: s }}\ndata: {{ token: {value} }}\n";
        var validated = Manifests.Read(Secret("c2VjcmV0"));
        validated["Secret/s"].ToJsonString().ShouldNotContain("c2VjcmV0");
        Drift.Between(validated, Manifests.Read(Secret("b3RoZXI="))).ShouldHaveSingleItem().Path.ShouldBe("data.token");
    }

    [Fact]
    [Requirement("A172")]
    public void A_baseline_that_was_altered_or_signed_by_somebody_else_is_not_taken()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var objects = Manifests.Read("apiVersion: v1\nkind: Service\nmetadata: { name: orders }\nspec: { ports: [{ port: 5001 }] }\n");
        var signed = SignedBaseline.Sign(objects, key);
        SignedBaseline.Read(signed, key)!["Service/orders"].ToJsonString().ShouldBe(objects["Service/orders"].ToJsonString());
        SignedBaseline.Read(signed, other).ShouldBeNull();
        SignedBaseline.Read(signed.Replace("5001", "5002", StringComparison.Ordinal), key).ShouldBeNull();
    }
}
