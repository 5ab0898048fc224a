using System.Text.RegularExpressions;
using Doseline.Sidecar.Brokers;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Charts;

public sealed partial class ChartTests
{
    [Theory]
    [Requirement("A248", "P12")]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_values_file_renders_to_objects_that_have_what_every_object_needs(string values)
    {
        var objects = await Chart.RenderAsync(values);
        objects.ShouldNotBeEmpty();
        foreach (var one in objects)
        {
            one.Text("apiVersion").ShouldNotBeEmpty();
            one.Kind.ShouldNotBeEmpty();
            one.Name.ShouldMatch("^[a-z][a-z0-9-]{0,62}$");
            one.Text("metadata", "labels", "app.kubernetes.io/part-of").ShouldBe("doseline", $"{one.Kind} {one.Name}");
        }

        objects.Select(o => $"{o.Kind}/{o.Name}").ShouldBeUnique();
    }

    [Theory]
    [Requirement("P12")]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Helm_has_nothing_against_any_values_file(string values)
    {
        var (code, output, errors) = await Chart.ToolAsync(["lint", "--strict", "--kube-version", "1.35", .. values is "" ? Array.Empty<string>() : ["-f", Path.Combine(Chart.Folder, values)], Chart.Folder]);
        code.ShouldBe(0, output + errors);
        output.ShouldNotContain("[WARNING]");
    }

    [Fact]
    public async Task The_schema_is_closed_at_every_level_and_says_what_every_value_is()
    {
        using var schema = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "values.schema.json")));
        List<string> open = [];
        List<string> silent = [];
        Walk(schema.RootElement, "");
        open.ShouldBeEmpty();
        silent.ShouldBeEmpty();

        void Walk(System.Text.Json.JsonElement at, string path)
        {
            if (at.ValueKind is System.Text.Json.JsonValueKind.Array)
            {
                foreach (var item in at.EnumerateArray()) Walk(item, path + "[]");
                return;
            }

            if (at.ValueKind is not System.Text.Json.JsonValueKind.Object) return;
            if (at.TryGetProperty("properties", out var properties) && properties.ValueKind is System.Text.Json.JsonValueKind.Object)
            {
                // One more condition on what is described elsewhere leaves the rest open, and says so.
                if (at.TryGetProperty("additionalProperties", out var more) && more.ValueKind is System.Text.Json.JsonValueKind.True) return;
                if (more.ValueKind is not System.Text.Json.JsonValueKind.False) open.Add(path);
                foreach (var property in properties.EnumerateObject())
                {
                    if (!property.Value.TryGetProperty("description", out _) && !property.Value.TryGetProperty("$ref", out _)) silent.Add($"{path}/{property.Name}");
                }
            }

            foreach (var child in at.EnumerateObject()) Walk(child.Value, $"{path}/{child.Name}");
        }
    }

    [Fact]
    public async Task The_table_of_values_is_what_the_values_say_and_the_package_has_its_licence_and_its_changes()
    {
        var (code, _, errors) = await Tool.RunAsync("node", [Repository.At("tests", "chart", "values.mjs"), "check"]);
        code.ShouldBe(0, errors);
        (await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "LICENSE"))).ShouldBe(await File.ReadAllTextAsync(Repository.At("LICENSE")));
        var version = System.Text.RegularExpressions.Regex.Match(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "Chart.yaml")), "(?m)^version: (.*)$").Groups[1].Value;
        (await File.ReadAllLinesAsync(Path.Combine(Chart.Folder, "CHANGELOG.md"))).First(l => l.StartsWith("## ", StringComparison.Ordinal)).ShouldBe($"## {version}");
    }

    [Fact]
    public async Task Zero_and_false_of_a_service_win_over_the_defaults()
    {
        var objects = await Chart.RenderAsync("ci/everything.yaml");
        objects.Single(o => o is { Kind: "Deployment", Name: "orders" }).Text("spec", "replicas").ShouldBe("0");
        var shipped = await Chart.RenderAsync("", "defaults.autoscaling.enabled=true", "services.orders.autoscaling.enabled=false");
        shipped.Where(o => o.Kind is "HorizontalPodAutoscaler").Select(o => o.Name).ShouldNotContain("orders");
        shipped.Count(o => o.Kind is "HorizontalPodAutoscaler").ShouldBeGreaterThan(5);
    }

    [Theory]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_pod_may_do_nothing_that_it_does_not_need(string values)
    {
        foreach (var one in (await Chart.RenderAsync(values)).Where(o => o.Kind is "Deployment" or "Job"))
        {
            var name = $"{one.Kind} {one.Name}";
            one.Text("spec", "template", "spec", "automountServiceAccountToken").ShouldBe("false", name);
            one.Text("spec", "template", "spec", "securityContext", "runAsNonRoot").ShouldBe("true", name);
            one.Text("spec", "template", "spec", "securityContext", "seccompProfile", "type").ShouldBe("RuntimeDefault", name);
            foreach (var container in one.List("spec", "template", "spec", "containers"))
            {
                container.Text("securityContext", "readOnlyRootFilesystem").ShouldBe("true", name);
                container.Text("securityContext", "allowPrivilegeEscalation").ShouldBe("false", name);
                container.Words("securityContext", "capabilities", "drop").ShouldBe(["ALL"], name);
                container.Text("resources", "limits", "memory").ShouldNotBeEmpty(name);
                container.Text("image").ShouldMatch(@"^[^:@]+/doseline/[a-z]+:[^@]+(@sha256:[0-9a-f]{64})?$");
            }
        }
    }

    [Theory]
    [Requirement("A179")]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task No_secret_stands_in_a_manifest(string values)
    {
        foreach (var one in await Chart.RenderAsync(values))
        {
            one.Kind.ShouldNotBe("Secret");
            var settings = one.Kind is "Component"
                ? one.List("spec", "metadata")
                : [.. one.List("spec", "template", "spec", "containers").SelectMany(c => c.List("env"))];
            // A path says where a secret is seen, and not what it is.
            foreach (var setting in settings.Where(s => SecretName().IsMatch(s.Text("name")) && !s.Text("value").StartsWith('/')))
                setting.At("value").ShouldBeNull($"{one.Kind} {one.Name}: {setting.Text("name")} must come from a secret");
        }
    }

    [Theory]
    [Requirement("A226")]
    [InlineData("rabbitmq", "pubsub.rabbitmq")]
    [InlineData("kafka", "pubsub.kafka")]
    [InlineData("servicebus", "pubsub.azure.servicebus.topics")]
    [InlineData("redis", "pubsub.redis")]
    public async Task One_value_chooses_the_broker(string broker, string type)
    {
        var component = (await Chart.RenderAsync("", $"pubsub.broker={broker}", "pubsub.kafka.brokers=k:9093", "pubsub.redis.host=r:6379")).Single(o => o.Kind is "Component");
        component.Text("spec", "type").ShouldBe(type);
        component.List("spec", "metadata").Count(m => m.At("secretKeyRef") is not null).ShouldBeGreaterThan(0);
    }

    // The brokers of the tests are used as the chart has them used.
    [Theory]
    [InlineData(Component.Redis, "redisHost", "redisPassword", "enableTLS")]
    [InlineData(Component.Rabbit, "connectionString")]
    public async Task The_brokers_of_the_tests_are_told_what_the_chart_tells_them(string broker, params string[] ofTheSite)
    {
        var component = (await Chart.RenderAsync("", $"pubsub.broker={broker}", "pubsub.redis.host=r:6379")).Single(o => o.Kind is "Component");
        component.List("spec", "metadata").Select(m => (Name: m.Text("name"), Value: m.Text("value"))).Where(m => !ofTheSite.Contains(m.Name) && !m.Name.EndsWith("Scopes", StringComparison.Ordinal))
            .ShouldBe(Component.Of[broker].Select(c => (c.Key, c.Value)), ignoreOrder: true);
    }

    // A ring that was not taken is not given again: who missed it finds the fact by itself. These two brokers run in no test, so what keeps it so is looked at here.
    [Theory]
    [InlineData("kafka", "consumeRetryEnabled=false", "initialOffset=newest")]
    [InlineData("servicebus", "maxDeliveryCount=1", "defaultMessageTimeToLiveInSec=60")]
    public async Task Brokers_that_are_not_tried_are_told_to_give_a_ring_once(string broker, params string[] told)
    {
        var component = (await Chart.RenderAsync("", $"pubsub.broker={broker}", "pubsub.kafka.brokers=k:9093")).Single(o => o.Kind is "Component");
        told.Except(component.List("spec", "metadata").Select(m => $"{m.Text("name")}={m.Text("value")}")).ShouldBeEmpty();
    }

    // Six honest refusals once shut a method for everybody, and a slow call was made four times.
    [Theory]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task No_breaker_timeout_or_retry_stands_between_services(string values)
    {
        foreach (var resiliency in (await Chart.RenderAsync(values)).Where(o => o.Kind is "Resiliency"))
        {
            resiliency.At("spec", "policies", "circuitBreakers").ShouldBeNull();
            resiliency.At("spec", "targets", "apps").ShouldBeNull();
            resiliency.At("spec", "targets", "actors").ShouldBeNull();
        }
    }

    [GeneratedRegex("connection|password|token|secret|key$|username", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
