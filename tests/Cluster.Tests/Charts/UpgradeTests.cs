using Doseline.Testing;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>What an upgrade replaces, and what it leaves running.</summary>
public sealed class UpgradeTests
{
    [Fact]
    [Requirement("A243")]
    public async Task A_mere_scale_out_or_release_of_the_chart_replaces_no_pod_and_reloads_no_sidecar()
    {
        var before = await Chart.RenderAsync();
        Lasting(await Chart.RenderAsync("", "defaults.replicas=4", "services.execution.replicas=5")).ShouldBe(Lasting(before));
        Lasting(await Chart.RenderAsync("", "observability.interval=30s", "network.database.port=5433", "schemaJob.deadlineSeconds=600")).ShouldBe(Lasting(before));

        // The same chart under another version.
        var folder = Directory.CreateTempSubdirectory("doseline-chart-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(Chart.Folder, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(folder.FullName, Path.GetRelativePath(Chart.Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            var about = Path.Combine(folder.FullName, "Chart.yaml");
            await File.WriteAllTextAsync(about, System.Text.RegularExpressions.Regex.Replace(await File.ReadAllTextAsync(about), "(?m)^version: .*$", "version: 99.0.0"));
            var (code, output, errors) = await Chart.ToolAsync("template", "doseline", folder.FullName, "--namespace", "doseline", "--kube-version", "1.35");
            output.ShouldContain("doseline-99.0.0");
            Lasting(new Rendering(code, output, errors).Objects).ShouldBe(Lasting(before));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Another_broker_replaces_every_pod_and_another_setting_of_one_service_its_own()
    {
        var redis = await SumsAsync("pubsub.broker=redis", "pubsub.redis.host=a:6379");
        (await SumsAsync("pubsub.broker=redis", "pubsub.redis.host=b:6379")).Values.Intersect(redis.Values).ShouldBeEmpty();
        (await SumsAsync("pubsub.broker=redis", "pubsub.redis.host=a:6379", "pubsub.kafka.brokers=k:9093")).ShouldBe(redis);
        var before = Lasting(await Chart.RenderAsync());
        var after = Lasting(await Chart.RenderAsync("", "services.orders.env.Messaging__Lanes=8"));
        before.Keys.Where(name => before[name] != after[name]).ShouldBe(["Deployment/orders"]);

        static async Task<Dictionary<string, string>> SumsAsync(params string[] settings) => (await Chart.RenderAsync("", settings)).Where(o => o.Kind is "Deployment")
            .ToDictionary(d => d.Name, d => d.Text("spec", "template", "metadata", "annotations", "checksum/config"), StringComparer.Ordinal);
    }

    [Theory]
    // Nothing runs yet: what the values say, within what the autoscaler may do.
    [InlineData(0, 2, 8, 3)]
    [InlineData(0, 4, 8, 4)]
    // What runs is kept, whatever the values said long ago.
    [InlineData(7, 2, 8, 7)]
    [InlineData(7, 2, 6, 6)]
    [InlineData(1, 2, 6, 2)]
    public async Task An_autoscaler_that_takes_over_finds_the_replicas_that_run(int running, int min, int max, int asked)
    {
        var scaling = $"services.execution.autoscaling.enabled=true,services.execution.autoscaling.min={min},services.execution.autoscaling.max={max}";
        await using var cluster = await FakeApiServer.StartAsync(running > 0 ? new() { ["execution"] = running } : []);
        var (code, output, errors) = await Chart.ToolAsync("template", "doseline", Chart.Folder, "--namespace", "doseline", "--dry-run=server", "--disable-openapi-validation",
            "--kube-apiserver", cluster.Address, "--kube-token", "any", "--set", scaling);
        var objects = new Rendering(code, output, errors).Objects;
        objects.Single(o => o is { Kind: "Deployment", Name: "execution" }).Text("spec", "replicas").ShouldBe($"{asked}");
        objects.Single(o => o is { Kind: "HorizontalPodAutoscaler", Name: "execution" }).Text("spec", "minReplicas").ShouldBe($"{min}");
    }

    [Theory]
    [InlineData("123")]
    [InlineData("true")]
    [InlineData("on")]
    [InlineData("1e3")]
    [InlineData("null")]
    public async Task A_release_may_be_named_like_anything(string name) =>
        (await ObjectTests.FaultsAsync(new Dictionary<string, string> { [name] = (await Chart.HelmAsync(name)).Yaml })).ShouldBeEmpty();

    [Fact]
    public async Task What_hooks_make_is_gone_after_a_while_and_sidecars_have_their_limits()
    {
        var objects = await Chart.RenderAsync("ci/openshift.yaml");
        objects.Where(o => o.Kind is "Job").ShouldAllBe(o => o.Text("spec", "ttlSecondsAfterFinished") == "3600");
        foreach (var pod in objects.Where(o => o.Kind is "Deployment"))
        {
            pod.Text("spec", "template", "metadata", "annotations", "dapr.io/sidecar-cpu-limit").ShouldBe("500m");
            pod.Text("spec", "template", "metadata", "annotations", "dapr.io/sidecar-memory-limit").ShouldBe("192Mi");
            // Pods have no token, and a sidecar that looks for one ends at once.
            pod.Text("spec", "template", "metadata", "annotations", "dapr.io/disable-builtin-k8s-secret-store").ShouldBe("true");
            pod.At("spec", "template", "spec", "securityContext", "runAsUser").ShouldBeNull("the platform chooses");
        }
    }

    // What a pod is made of, and what every sidecar reloads itself for.
    static Dictionary<string, string> Lasting(IReadOnlyList<Manifest> objects) => objects.Where(o => o.Kind is "Deployment" or "Configuration" or "Resiliency")
        .ToDictionary(o => $"{o.Kind}/{o.Name}", o => (o.Kind is "Deployment" ? o.At("spec", "template")! : o.Root).ToString(), StringComparer.Ordinal);
}
