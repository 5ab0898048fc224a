using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Doseline.Testing;
using NJsonSchema;

namespace Doseline.Cluster.Tests.Charts;

public sealed partial class ChartTests(Chart chart) : IClassFixture<Chart>
{
    [Theory]
    [Requirement("A248", "P12")]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_values_file_renders_to_objects_that_have_what_every_object_needs(string values)
    {
        var objects = await chart.RenderAsync(values);
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
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_values_file_meets_the_schema(string values)
    {
        var schema = await SchemaAsync();
        schema.Validate(Merged(values is "" ? "{}" : await File.ReadAllTextAsync(Path.Combine(Chart.Folder, values)))).Select(p => p.ToString()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("services: { orders: { replica: 3 } }")]
    [InlineData("defaults: { image: { registy: x } }")]
    [InlineData("pubsub: { broker: rabbit }")]
    [InlineData("network: { database: { to: [] } }")]
    [InlineData("services: { Orders: {} }")]
    [InlineData("services: { orders: { replicas: many } }")]
    [InlineData("observabilty: { otlp: \"\" }")]
    public async Task A_typo_in_values_is_refused(string typo) =>
        (await SchemaAsync()).Validate(Merged(typo)).ShouldNotBeEmpty();

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
                if (!at.TryGetProperty("additionalProperties", out var more) || more.ValueKind is not System.Text.Json.JsonValueKind.False) open.Add(path);
                foreach (var property in properties.EnumerateObject())
                {
                    if (!property.Value.TryGetProperty("description", out _) && !property.Value.TryGetProperty("$ref", out _)) silent.Add($"{path}/{property.Name}");
                }
            }

            foreach (var child in at.EnumerateObject()) Walk(child.Value, $"{path}/{child.Name}");
        }
    }

    [Fact]
    public async Task Zero_and_false_of_a_service_win_over_the_defaults()
    {
        var objects = await chart.RenderAsync("ci/everything.yaml");
        objects.Single(o => o is { Kind: "Deployment", Name: "orders" }).Text("spec", "replicas").ShouldBe("0");
        var shipped = await chart.RenderAsync("", "defaults.autoscaling.enabled=true", "services.orders.autoscaling.enabled=false");
        shipped.Where(o => o.Kind is "HorizontalPodAutoscaler").Select(o => o.Name).ShouldNotContain("orders");
        shipped.Count(o => o.Kind is "HorizontalPodAutoscaler").ShouldBeGreaterThan(5);
    }

    [Theory]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_pod_may_do_nothing_that_it_does_not_need(string values)
    {
        foreach (var one in (await chart.RenderAsync(values)).Where(o => o.Kind is "Deployment" or "Job"))
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
        foreach (var one in await chart.RenderAsync(values))
        {
            one.Kind.ShouldNotBe("Secret");
            var settings = one.Kind is "Component"
                ? one.List("spec", "metadata")
                : [.. one.List("spec", "template", "spec", "containers").SelectMany(c => c.List("env"))];
            foreach (var setting in settings.Where(s => SecretName().IsMatch(s.Text("name"))))
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
        var component = (await chart.RenderAsync("", $"pubsub.broker={broker}", "pubsub.kafka.brokers=k:9093", "pubsub.redis.host=r:6379")).Single(o => o.Kind is "Component");
        component.Text("spec", "type").ShouldBe(type);
        component.List("spec", "metadata").Count(m => m.At("secretKeyRef") is not null).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_must_be_said_is_asked_for()
    {
        (await chart.TryAsync("", "pubsub.broker=kafka")).Errors.ShouldContain("pubsub.kafka.brokers is needed");
        (await chart.TryAsync("", "ingress.kind=ingress")).Errors.ShouldContain("ingress.host is needed");
    }

    // Helm validates what comes out of merging.
    static string Merged(string yaml) =>
        Merge(JsonNode.Parse(Chart.Json(File.ReadAllText(Path.Combine(Chart.Folder, "values.yaml"))))!, JsonNode.Parse(Chart.Json(yaml))!).ToJsonString();

    static JsonNode Merge(JsonNode under, JsonNode over)
    {
        if (under is not JsonObject below || over is not JsonObject above) return over.DeepClone();
        var merged = (JsonObject)below.DeepClone();
        foreach (var (key, value) in above) merged[key] = merged[key] is { } old && value is not null ? Merge(old, value) : value?.DeepClone();
        return merged;
    }

    static async Task<JsonSchema> SchemaAsync() => await JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "values.schema.json")));

    [GeneratedRegex("connection|password|token|secret|key$|username", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
