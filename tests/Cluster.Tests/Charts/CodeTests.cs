using System.Globalization;
using System.Text.RegularExpressions;
using Doseline.Local;
using Doseline.Local.Operation;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>What the chart says of the services is what their modules say.</summary>
public sealed partial class CodeTests
{
    const string SidecarPort = "50002";
    const string SiloPort = "11111";
    static readonly string[] InnerPorts = ["5000", "5001", "9090"];
    static readonly string[] Sources = ["services", "gateway"];

    static readonly IReadOnlyList<ServiceDescription> Services = [.. Modules.All().Select(ServiceDescription.Of)];

    [Fact]
    public async Task Every_service_has_a_deployment_and_nothing_else_has()
    {
        var objects = await Chart.RenderAsync();
        objects.Where(o => o.Kind is "Deployment").Select(o => o.Name).ShouldBe(Services.Select(s => s.Name), ignoreOrder: true);
        objects.Where(o => o.Kind is "Job").Select(o => o.Name).ShouldBe(Services.Where(s => s.Database).Select(s => $"{s.Name}-schema"), ignoreOrder: true);
    }

    [Fact]
    [Requirement("A177")]
    public async Task Sidecars_let_in_whom_the_code_calls_and_nobody_else()
    {
        var objects = await Chart.RenderAsync();
        foreach (var callee in Services)
        {
            var configuration = objects.Single(o => o.Kind is "Configuration" && o.Name == $"doseline-{callee.Name}");
            configuration.Text("spec", "accessControl", "defaultAction").ShouldBe("deny");
            var policies = configuration.List("spec", "accessControl", "policies");
            policies.Select(p => p.Text("appId")).ShouldBe(Services.Where(s => Reaches(s, callee)).Select(s => s.Name), ignoreOrder: true, callee.Name);
            foreach (var policy in policies)
            {
                policy.Text("defaultAction").ShouldBe("deny", "what the sidecar delivers is for no other app");
                var caller = Services.Single(s => s.Name == policy.Text("appId"));
                List<string> called = [.. caller.Calls.GetValueOrDefault(callee.Name, []).Select(service => $"/{service}/*")];
                if (caller.Listens.Contains(callee.Name)) called.Add("/doseline.facts.v1.FactsService/ReadFacts");
                policy.List("operations").Select(o => o.Text("name")).ShouldBe(called, ignoreOrder: true, $"{caller.Name} at {callee.Name}");
                policy.List("operations").ShouldAllBe(o => o.Text("action") == "allow");
            }
        }
    }

    [Fact]
    [Requirement("A177")]
    public async Task The_list_of_what_is_called_is_what_the_code_says()
    {
        (await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "access.yaml"))).ShouldBe(AccessList.Draw(Services));
        foreach (var service in Services)
        {
            foreach (var (callee, called) in service.Calls)
            {
                // What is called is served there: under a name of the callee's own, or by every host.
                var served = Services.Single(s => s.Name == callee).Methods.Select(m => m[1..m.LastIndexOf('/')]).ToHashSet(StringComparer.Ordinal);
                called.ShouldAllBe(name => served.Contains(name) || EveryHost.Serves(ContractMethods.All.Values.First(m => m.Service.FullName == name).Service), $"{service.Name} at {callee}");
            }
        }
    }

    // A client is made where a call is declared, or of what every host asks by itself: a further place would be let in nowhere.
    [Fact]
    [Requirement("A177")]
    public void Clients_are_made_where_the_calls_of_a_service_are_read_from()
    {
        string[] known = ["services/Platform/Messaging/Log/FactSource.cs FactsServiceClient", "services/Platform/Signing/SignatureKeys.cs SigningServiceClient", "services/Platform/Auth/TrainingGate.cs TrainingServiceClient",
            "services/Platform/Auth/PersonGate.cs PeopleServiceClient"];
        var made = from folder in Sources
            from file in Directory.EnumerateFiles(Repository.At(folder), "*.cs", SearchOption.AllDirectories)
            let place = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
            where !place.Contains("/obj/", StringComparison.Ordinal) && !place.StartsWith("services/Local/", StringComparison.Ordinal) && !place.Contains("node_modules", StringComparison.Ordinal)
            from match in Client().Matches(File.ReadAllText(file))
            select $"{place} {match.Groups["name"].Value}";
        made.Distinct().ShouldBe(known, ignoreOrder: true);
    }

    [Fact]
    [Requirement("A177")]
    public async Task The_network_connects_those_pairs_and_no_other()
    {
        var policies = (await Chart.RenderAsync()).Where(o => o.Kind is "NetworkPolicy").ToList();
        var deny = policies.Single(p => p.Name is "doseline-deny");
        deny.Words("spec", "policyTypes").ShouldBe(["Ingress", "Egress"]);
        (deny.At("spec", "ingress"), deny.At("spec", "egress")).ShouldBe((null, null));
        foreach (var from in Services)
        {
            foreach (var to in Services)
            {
                var wanted = Reaches(from, to);
                Opens(policies, from.Name, "egress", "to", to.Name, SidecarPort).ShouldBe(wanted, $"{from.Name} may reach {to.Name}");
                Opens(policies, to.Name, "ingress", "from", from.Name, SidecarPort).ShouldBe(wanted, $"{to.Name} lets {from.Name} in");
                // An app is its sidecar's to call; probes and measures are the kubelet's and whoever scrapes.
                foreach (var port in InnerPorts)
                {
                    Opens(policies, from.Name, "egress", "to", to.Name, port).ShouldBeFalse($"{from.Name} may reach {port} of {to.Name}");
                    Opens(policies, to.Name, "ingress", "from", from.Name, port).ShouldBeFalse($"{to.Name} lets {from.Name} in at {port}");
                }

                // Silos reach those of their own service, and nobody else reaches a silo.
                var silos = from == to && from.Actors is not [];
                Opens(policies, from.Name, "egress", "to", to.Name, SiloPort).ShouldBe(silos, $"a silo of {from.Name} may reach one of {to.Name}");
                Opens(policies, to.Name, "ingress", "from", from.Name, SiloPort).ShouldBe(silos, $"a silo of {to.Name} lets one of {from.Name} in");
            }
        }
    }

    [Fact]
    public async Task Topics_are_published_by_their_owner_and_heard_by_those_who_listen()
    {
        var metadata = (await Chart.RenderAsync()).Single(o => o.Kind is "Component").List("spec", "metadata").ToDictionary(m => m.Text("name"), m => m.Text("value"), StringComparer.Ordinal);
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
        var objects = await Chart.RenderAsync();
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
        var objects = await Chart.RenderAsync();
        YamlDotNet.RepresentationModel.YamlStream values = [];
        values.Load(new StringReader(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "values.yaml"))));
        Manifest root = new((YamlDotNet.RepresentationModel.YamlMappingNode)values.Documents[0].RootNode);
        objects.Single(o => o.Kind is "Resiliency").At("spec", "targets", "actors").ShouldBeNull();
        foreach (var service in Services)
        {
            root.Words("services", service.Name, "actors").ShouldBe(service.Actors, ignoreOrder: true, service.Name);
            var pod = objects.Single(o => o.Kind is "Deployment" && o.Name == service.Name);
            pod.Text("spec", "template", "metadata", "annotations", "dapr.io/placement-host-address").ShouldBe(" ", service.Name);
            // What hosts actors is reached by its other replicas at the address of its pod.
            pod.List("spec", "template", "spec", "containers", "0", "env").Where(e => e.Text("name") == "Cluster__Address").Select(e => e.Text("valueFrom", "fieldRef", "fieldPath"))
                .ShouldBe(service.Actors is [] ? [] : ["status.podIP"], service.Name);
        }
    }

    [Fact]
    [Requirement("A179")]
    public async Task Each_pod_gets_the_keys_that_its_code_asks_for()
    {
        var objects = await Chart.RenderAsync();
        var given = objects.Where(o => o.Kind is "Deployment").ToDictionary(d => d.Name, MountedKeys.Of, StringComparer.Ordinal);
        // No private half is in two pods.
        given.SelectMany(g => g.Value).Where(key => key.EndsWith(".pem", StringComparison.Ordinal)).ShouldBeUnique();
        foreach (var service in Services)
        {
            // What it signs with is its own alone; of what others sign, public halves are with those who check: whom they call, and who hears their facts.
            List<string> own = [.. KeyStore.OwnOf(service.Name).Where(name => service.Database || name != PageSeal.KeyOf(service.Name)).Select(name => $"{name}.pem")];
            // What it signed itself comes back to it, also after its key was changed.
            own.AddRange([$"{PageTokens.KeyOf(service.Name)}.pub", $"{TreeHeads.KeyOf(service.Name)}.pub"]);
            IEnumerable<string> others = [.. Services.Where(s => Reaches(s, service)).Select(s => $"{InstallationTokens.KeyOf(s.Name)}.pub"), .. service.Listens.Where(p => p != service.Name).Select(p => $"{PageSeal.KeyOf(p)}.pub")];
            var folder = service.Name is "gateway" ? Repository.At("gateway") : Repository.At("services", char.ToUpperInvariant(service.Name[0]) + service.Name[1..]);
            var asked = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).SelectMany(f => KeyName().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value));
            // Quality signs releases with what the kernel's check reads.
            if (service.Name is "quality") asked = ["quality-release"];
            given[service.Name].ShouldBe([.. own, .. others, .. asked.Distinct().Select(name => $"{name}.pem")], ignoreOrder: true, service.Name);
        }
    }

    [Fact]
    public async Task Ports_are_the_ports_that_the_host_opens()
    {
        foreach (var deployment in (await Chart.RenderAsync()).Where(o => o.Kind is "Deployment"))
        {
            var service = Services.Single(s => s.Name == deployment.Name);
            List<(string, int)> expected = [("app", PlatformHost.AppPort), ("probe", PlatformHost.ProbePort)];
            if (service.Actors is not []) expected.Add(("silo", int.Parse(SiloPort, CultureInfo.InvariantCulture)));
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
        foreach (var deployment in (await Chart.RenderAsync()).Where(o => o.Kind is "Deployment"))
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
        // What the file itself names is the file's.
        var own = values is "" ? "" : await File.ReadAllTextAsync(Path.Combine(Chart.Folder, values));
        var names = (await Chart.RenderAsync(values)).SelectMany(o => o.List("spec", "template", "spec", "containers")).SelectMany(c => c.List("env")).Select(e => e.Text("name")).Distinct(StringComparer.Ordinal)
            .Where(name => !own.Contains(name, StringComparison.Ordinal));
        foreach (var name in names)
        {
            // Connection strings are read by a method of their own, lists by their name and then by the names within.
            string[] keys = name.StartsWith("ConnectionStrings__", StringComparison.Ordinal) ? ["GetConnectionString"]
                : [.. Place().Split(name).Where(part => part.Length > 0).Select(part => $"\"{part.Replace("__", ":", StringComparison.Ordinal)}\"")];
            // A section may be read as an object, by the names of its properties.
            if (read.Contains($" {Place().Replace(name, "").Split("__")[^1]} {{ get;", StringComparison.Ordinal)) continue;
            foreach (var key in keys.SelectMany(k => read.Contains(k, StringComparison.Ordinal) ? [k] : k.Trim('"').Split(':').Select(part => $"\"{part}\""))) read.ShouldContain(key, Case.Sensitive, name);
        }
    }

    static bool Reaches(ServiceDescription from, ServiceDescription to) => from.Calls.ContainsKey(to.Name) || (from != to && from.Listens.Contains(to.Name));

    static bool Opens(List<Manifest> policies, string of, string direction, string peers, string with, string port) =>
        policies.Where(p => p.Text("spec", "podSelector", "matchLabels", "app.kubernetes.io/name") == of)
            .SelectMany(p => p.List("spec", direction)).Where(rule => rule.List("ports").Any(p => p.Text("port") == port)).SelectMany(rule => rule.List(peers))
            .Any(peer => peer.Text("podSelector", "matchLabels", "app.kubernetes.io/name") == with);

    static Dictionary<string, string[]> Scopes(string text) => text.Split(';').Select(one => one.Split('='))
        .ToDictionary(pair => pair[0], pair => pair[1].Split(',', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    [GeneratedRegex("""(?:[.]Signing[(]|[.]Secret[(]|new[(](?:keys|store), |const string KeyName = )"(?<name>[a-z-]+)["]""")]
    private static partial Regex KeyName();

    // Made by name, or by a declared type on the left.
    [GeneratedRegex(@"(?:\bnew (?:\w+[.])?(?<name>\w+ServiceClient)\(|\b(?<name>\w+ServiceClient) \w+ = new\()")]
    private static partial Regex Client();

    [GeneratedRegex("__[0-9]+(?:__|$)")]
    private static partial Regex Place();
}
