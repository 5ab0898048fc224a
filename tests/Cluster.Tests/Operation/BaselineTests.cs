using System.Security.Cryptography;
using Doseline.Cluster.Tests.Charts;
using Doseline.Local.Operation;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Operation;

public sealed class BaselineTests(Chart chart) : IClassFixture<Chart>
{
    [Clause("Annex 11 10")]
    [Fact]
    [Requirement("A003", "A172")]
    public async Task What_a_cluster_adds_by_itself_is_no_drift_and_everything_else_is_named()
    {
        var (_, manifests, errors) = await chart.TryAsync("");
        errors.ShouldBeEmpty();
        var validated = Manifests.Read(manifests);
        validated.ContainsKey("Deployment/orders").ShouldBeTrue();
        validated.Keys.ShouldNotContain(k => k.StartsWith("Job/", StringComparison.Ordinal), "hooks come and go");
        Drift.Between(validated, Manifests.Read(manifests)).ShouldBeEmpty();

        // As a cluster answers: its own fields, and defaults that nobody wrote.
        var answered = manifests
            .Replace("kind: Deployment\nmetadata:\n", "kind: Deployment\nstatus: { replicas: 2 }\nmetadata:\n  uid: 0f\n  resourceVersion: \"7\"\n", StringComparison.Ordinal)
            .Replace("          imagePullPolicy: IfNotPresent\n", "          imagePullPolicy: IfNotPresent\n          terminationMessagePath: /dev/termination-log\n", StringComparison.Ordinal);
        answered.ShouldNotBe(manifests);
        Drift.Between(validated, Manifests.Read(answered)).ShouldBeEmpty();

        var drifted = manifests
            .Replace("value: \"60\" }", "value: \"3600\" }", StringComparison.Ordinal)
            .Replace("readOnlyRootFilesystem: true\n", "readOnlyRootFilesystem: true\n            privileged: true\n", StringComparison.Ordinal)
            .Replace("kind: NetworkPolicy\nmetadata:\n  name: doseline-deny", "kind: NetworkPolicy\nmetadata:\n  name: doseline-open", StringComparison.Ordinal);
        var drifts = Drift.Between(validated, Manifests.Read(drifted)).Select(d => d.ToString()).ToList();
        drifts.ShouldContain(d => d.StartsWith("Deployment/orders spec.template.spec.containers[0].env[", StringComparison.Ordinal) && d.EndsWith("].value: \"3600\", was \"60\"", StringComparison.Ordinal));
        drifts.ShouldContain("Deployment/quality spec.template.spec.containers[0].securityContext.privileged: added true");
        drifts.ShouldContain("NetworkPolicy/doseline-deny : missing, was there");
        drifts.ShouldContain("NetworkPolicy/doseline-open : added there");
    }

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
