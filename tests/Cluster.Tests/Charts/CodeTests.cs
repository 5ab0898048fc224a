using System.Globalization;
using System.Text.RegularExpressions;
using Doseline.Local;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>What the chart says of the services is what their modules say.</summary>
public sealed partial class CodeTests(Chart chart) : IClassFixture<Chart>
{
    static readonly IReadOnlyList<ServiceDescription> Services = [.. Modules.All().Select(ServiceDescription.Of).Select(Known)];

    [Fact]
    public async Task Every_service_has_a_deployment_and_nothing_else_has()
    {
        var objects = await chart.RenderAsync();
        objects.Where(o => o.Kind is "Deployment").Select(o => o.Name).ShouldBe(Services.Select(s => s.Name), ignoreOrder: true);
        objects.Where(o => o.Kind is "Job").Select(o => o.Name).ShouldBe(Services.Where(s => s.Database).Select(s => $"{s.Name}-schema"), ignoreOrder: true);
    }

    [Fact]
    [Requirement("A177")]
    public async Task Sidecars_let_in_whom_the_code_calls_and_nobody_else()
    {
        var objects = await chart.RenderAsync();
        foreach (var callee in Services)
        {
            var configuration = objects.Single(o => o.Kind is "Configuration" && o.Name == $"doseline-{callee.Name}");
            configuration.Text("spec", "accessControl", "defaultAction").ShouldBe("deny");
            var policies = configuration.List("spec", "accessControl", "policies");
            policies.Select(p => p.Text("appId")).ShouldBe(Services.Where(s => Reaches(s, callee)).Select(s => s.Name), ignoreOrder: true, callee.Name);
            foreach (var policy in policies)
            {
                policy.Text("defaultAction").ShouldBe("deny", "what the sidecar delivers is for no other app");
                var operations = policy.List("operations").Select(o => o.Text("name")).ToList();
                var calls = Services.Single(s => s.Name == policy.Text("appId")).Calls.Contains(callee.Name);
                if (!calls) operations.ShouldBe(["/doseline.facts.v1.FactsService/ReadFacts"]);
                else foreach (var method in callee.Methods) operations.ShouldContain(o => method.StartsWith(o.Replace("*/*", "", StringComparison.Ordinal), StringComparison.Ordinal), method);
            }
        }
    }

    [Fact]
    [Requirement("A177")]
    public async Task The_network_connects_those_pairs_and_no_other()
    {
        var policies = (await chart.RenderAsync()).Where(o => o.Kind is "NetworkPolicy").ToList();
        var deny = policies.Single(p => p.Name is "doseline-deny");
        deny.Words("spec", "policyTypes").ShouldBe(["Ingress", "Egress"]);
        (deny.At("spec", "ingress"), deny.At("spec", "egress")).ShouldBe((null, null));
        foreach (var from in Services)
        {
            foreach (var to in Services)
            {
                var wanted = Reaches(from, to);
                Opens(policies, from.Name, "egress", "to", to.Name).ShouldBe(wanted, $"{from.Name} may reach {to.Name}");
                Opens(policies, to.Name, "ingress", "from", from.Name).ShouldBe(wanted, $"{to.Name} lets {from.Name} in");
            }
        }
    }

    [Fact]
    public async Task Topics_are_published_by_their_owner_and_heard_by_those_who_listen()
    {
        var metadata = (await chart.RenderAsync()).Single(o => o.Kind is "Component").List("spec", "metadata").ToDictionary(m => m.Text("name"), m => m.Text("value"), StringComparer.Ordinal);
        var publishing = Scopes(metadata["publishingScopes"]);
        var subscribing = Scopes(metadata["subscriptionScopes"]);
        foreach (var service in Services)
        {
            publishing[service.Name].ShouldBe([service.Name], service.Name);
            // Its own log a service reads without a ring.
            subscribing[service.Name].ShouldBe(service.Listens.Where(topic => topic != service.Name), ignoreOrder: true, service.Name);
        }
    }

    [Fact]
    [Requirement("A177")]
    public async Task A_log_is_read_by_those_who_listen()
    {
        var objects = await chart.RenderAsync();
        foreach (var publisher in Services)
        {
            var container = objects.Single(o => o.Kind is "Deployment" && o.Name == publisher.Name).List("spec", "template", "spec", "containers")[0];
            var listeners = container.List("env").FirstOrDefault(e => e.Text("name") == "Facts__Listeners")?.Text("value").Split(',') ?? [];
            listeners.ShouldBe(Services.Where(s => s != publisher && s.Listens.Contains(publisher.Name)).Select(s => s.Name), ignoreOrder: true, publisher.Name);
        }
    }

    [Fact]
    public async Task Kinds_of_actors_stand_where_they_are_hosted_and_no_sidecar_hosts_any()
    {
        var objects = await chart.RenderAsync();
        YamlDotNet.RepresentationModel.YamlStream values = [];
        values.Load(new StringReader(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "values.yaml"))));
        Manifest root = new((YamlDotNet.RepresentationModel.YamlMappingNode)values.Documents[0].RootNode);
        objects.Single(o => o.Kind is "Resiliency").At("spec", "targets", "actors").ShouldBeNull();
        foreach (var service in Services)
        {
            root.Words("services", service.Name, "actors").ShouldBe(service.Actors, ignoreOrder: true, service.Name);
            objects.Single(o => o.Kind is "Deployment" && o.Name == service.Name).Text("spec", "template", "metadata", "annotations", "dapr.io/placement-host-address").ShouldBe(" ", service.Name);
        }
    }

    [Fact]
    public async Task Each_pod_gets_the_keys_that_its_code_asks_for()
    {
        var objects = await chart.RenderAsync();
        Dictionary<string, IReadOnlyList<string>> given = objects.Where(o => o.Kind is "Deployment").ToDictionary(
            d => d.Name,
            IReadOnlyList<string> (d) => [.. d.List("spec", "template", "spec", "volumes").Where(v => v.At("secret") is not null).SelectMany(v => v.List("secret", "items")).Select(i => i.Text("key")[..^".pem".Length])],
            StringComparer.Ordinal);
        string[] common = ["tokens", "page-tokens", "audit-seal"];
        // Quality signs releases with what the kernel's check reads.
        given["quality"].ShouldBe([.. common, "quality-release"], ignoreOrder: true);
        foreach (var service in Services.Where(s => s.Name is not "quality"))
        {
            var folder = service.Name is "gateway" ? Repository.At("gateway") : Repository.At("services", char.ToUpperInvariant(service.Name[0]) + service.Name[1..]);
            var asked = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).SelectMany(f => KeyName().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value));
            given[service.Name].ShouldBe(common.Concat(asked).Distinct(), ignoreOrder: true, service.Name);
        }
    }

    [Fact]
    public async Task Ports_are_the_ports_that_the_host_opens()
    {
        foreach (var deployment in (await chart.RenderAsync()).Where(o => o.Kind is "Deployment"))
        {
            var service = Services.Single(s => s.Name == deployment.Name);
            List<(string, int)> expected = [("app", PlatformHost.AppPort), ("probe", PlatformHost.ProbePort)];
            if (service.Doors.HasFlag(Doors.Web)) expected.Add(("web", PlatformHost.WebPort));
            if (service.Doors.HasFlag(Doors.Grpc)) expected.Add(("grpc", PlatformHost.GrpcPort));
            deployment.List("spec", "template", "spec", "containers", "0", "ports").Select(p => (p.Text("name"), int.Parse(p.Text("containerPort"), CultureInfo.InvariantCulture)))
                .ShouldBe(expected, ignoreOrder: true, deployment.Name);
            deployment.Text("spec", "template", "metadata", "annotations", "dapr.io/app-port").ShouldBe(PlatformHost.AppPort.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Probes_are_answered_by_every_service()
    {
        await using var platform = await TestPlatform.StartAsync();
        var addresses = platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        using HttpClient http = new();
        foreach (var deployment in (await chart.RenderAsync()).Where(o => o.Kind is "Deployment"))
        {
            foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            {
                deployment.Text("spec", "template", "spec", "containers", "0", probe, "httpGet", "port").ShouldBe("probe");
                var path = deployment.Text("spec", "template", "spec", "containers", "0", probe, "httpGet", "path");
                using var answer = await http.GetAsync(new Uri(new Uri(addresses[1]), path));
                answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, path);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_environment_variable_is_one_that_the_code_reads(string values)
    {
        var read = string.Join('\n', Directory.EnumerateFiles(Repository.At("services"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.At("gateway"), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains("node_modules", StringComparison.Ordinal)).Select(File.ReadAllText));
        var names = (await chart.RenderAsync(values)).SelectMany(o => o.List("spec", "template", "spec", "containers")).SelectMany(c => c.List("env")).Select(e => e.Text("name")).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            // Connection strings are read by a method of their own, lists by their name and then by the names within.
            string[] keys = name.StartsWith("ConnectionStrings__", StringComparison.Ordinal) ? ["GetConnectionString"]
                : [.. Place().Split(name).Where(part => part.Length > 0).Select(part => $"\"{part.Replace("__", ":", StringComparison.Ordinal)}\"")];
            foreach (var key in keys.SelectMany(k => read.Contains(k, StringComparison.Ordinal) ? [k] : k.Trim('"').Split(':').Select(part => $"\"{part}\""))) read.ShouldContain(key, Case.Sensitive, name);
        }
    }

    static bool Reaches(ServiceDescription from, ServiceDescription to) => from.Calls.Contains(to.Name) || (from != to && from.Listens.Contains(to.Name));

    // Packages that every host serves for itself are no app to be called.
    static ServiceDescription Known(ServiceDescription service) => service with { Calls = [.. service.Calls.Where(c => Modules.All().Any(m => m.Name == c))] };

    static bool Opens(List<Manifest> policies, string of, string direction, string peers, string with) =>
        policies.Where(p => p.Text("spec", "podSelector", "matchLabels", "app.kubernetes.io/name") == of)
            .SelectMany(p => p.List("spec", direction)).SelectMany(rule => rule.List(peers))
            .Any(peer => peer.Text("podSelector", "matchLabels", "app.kubernetes.io/name") == with);

    static Dictionary<string, string[]> Scopes(string text) => text.Split(';').Select(one => one.Split('='))
        .ToDictionary(pair => pair[0], pair => pair[1].Split(',', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    [GeneratedRegex("""(?:[.]Signing[(]|[.]Secret[(]|new[(](?:keys|store), |const string KeyName = )"(?<name>[a-z-]+)["]""")]
    private static partial Regex KeyName();

    [GeneratedRegex("__[0-9]+(?:__|$)")]
    private static partial Regex Place();
}
