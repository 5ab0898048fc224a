namespace Doseline.Cluster.Tests.Charts;

/// <summary>How browsers and partners come in, and where people sign in.</summary>
public sealed class WayInTests
{
    [Fact]
    public async Task One_Ingress_carries_every_path_the_longest_first_and_partners_have_a_name_and_a_secret_of_their_own()
    {
        var objects = await Chart.RenderAsync("ci/everything.yaml");
        var ingresses = objects.Where(o => o.Kind is "Ingress").ToList();
        ingresses.Select(i => i.Name).ShouldBe(["doseline", "doseline-partners"], ignoreOrder: true);
        var web = ingresses.Single(i => i.Name is "doseline");
        web.List("spec", "rules", "0", "http", "paths").Select(p => (p.Text("path"), p.Text("backend", "service", "name"))).ShouldBe([("/.well-known", "identity"), ("/oauth", "identity"), ("/", "gateway")]);
        var partners = ingresses.Single(i => i.Name is "doseline-partners");
        partners.Text("spec", "tls", "0", "secretName").ShouldNotBe(web.Text("spec", "tls", "0", "secretName"));
        partners.Text("spec", "rules", "0", "http", "paths", "0", "backend", "service", "port", "name").ShouldBe("grpc");
        partners.Text("metadata", "annotations", "nginx.ingress.kubernetes.io/backend-protocol").ShouldBe("GRPC");
        objects.Where(o => o.Kind is "Certificate").Select(c => (c.Text("spec", "secretName"), c.Words("spec", "dnsNames")[0])).ShouldBe(
            [("doseline-tls", "doseline.example.org"), ("doseline-partners-tls", "partners.example.org"), ("site-silo-execution", "execution.silo.doseline"), ("site-silo-quality", "quality.silo.doseline"), ("site-silo-waste", "waste.silo.doseline")], ignoreOrder: true);
        foreach (var counts in new[] { "gateway", "identity" }) Told(objects, counts, "Ports__Proxies__").ShouldBe(["10.42.0.0/16", "fd00:42::/64"], counts);
    }

    [Fact]
    public async Task A_route_is_hung_on_the_Gateway_that_there_is()
    {
        var objects = await Chart.RenderAsync("ci/gateway-api.yaml");
        objects.ShouldNotContain(o => o.Kind == "Gateway" || o.Kind == "Ingress");
        foreach (var route in objects.Where(o => o.Kind is "HTTPRoute" or "GRPCRoute")) (route.Text("spec", "parentRefs", "0", "name"), route.Text("spec", "parentRefs", "0", "namespace")).ShouldBe(("public", "gateways"));
        objects.Single(o => o.Kind is "HTTPRoute").List("spec", "rules").Select(r => (r.Text("matches", "0", "path", "value"), r.Text("backendRefs", "0", "name"))).ShouldBe([("/.well-known", "identity"), ("/oauth", "identity"), ("/", "gateway")]);
        objects.Single(o => o.Kind is "GRPCRoute").Text("spec", "rules", "0", "backendRefs", "0", "port").ShouldBe("8081");
    }

    [Fact]
    public async Task Where_partners_show_certificates_TLS_ends_in_the_pod()
    {
        var objects = await Chart.RenderAsync("ci/own-gateway.yaml");
        var listeners = objects.Single(o => o.Kind is "Gateway").List("spec", "listeners");
        listeners.Select(l => (l.Text("hostname"), l.Text("tls", "mode"))).ShouldBe([("doseline.example.org", "Terminate"), ("partners.example.org", "Passthrough")]);
        objects.Single(o => o.Kind is "TLSRoute").Text("spec", "rules", "0", "backendRefs", "0", "port").ShouldBe("8081");
        foreach (var pod in objects.Where(o => o.Kind is "Deployment"))
        {
            var mounts = pod.List("spec", "template", "spec", "containers", "0", "volumeMounts").Select(m => m.Text("mountPath"));
            (mounts.Contains("/tls"), mounts.Contains("/tls-clients")).ShouldBe((pod.Name is "gateway", pod.Name is "gateway"), pod.Name);
        }

        Told(objects, "gateway", "Tls__").ShouldBe(["/tls/tls.crt", "/tls/tls.key", "false", "/tls-clients/ca.crt"]);
        // The partners' certificate is made for their name, in the secret that the pod reads.
        objects.Where(o => o.Kind is "Certificate").Select(c => c.Text("spec", "secretName")).ShouldBe(["doseline-tls", "partners-door"], ignoreOrder: true);
    }

    [Fact]
    public async Task People_sign_in_at_the_platforms_own_issuer_or_at_the_first_that_stands_in_its_place()
    {
        var own = await Chart.RenderAsync();
        foreach (var pod in own.Where(o => o.Kind is "Deployment")) Told(own, pod.Name, "Identity__Issuer").ShouldBe(pod.Name is "identity" or "gateway" ? ["https://doseline.example.org"] : [], pod.Name);
        Told(own, "gateway", "Gateway__SignIn__").ShouldBeEmpty();
        var other = await Chart.RenderAsync("ci/gateway-api.yaml");
        Told(other, "gateway", "Gateway__SignIn__").ShouldBe(["https://login.example.org/tenant", "https://doseline.example.org"]);
        Told(other, "identity", "Identity__Issuer").ShouldBe(["https://doseline.example.org"]);
    }

    [Fact]
    public async Task What_is_said_of_pods_is_said_of_every_pod_and_what_an_operator_selects_by_of_every_monitor()
    {
        var objects = await Chart.RenderAsync("ci/everything.yaml");
        foreach (var pod in objects.Where(o => o.Kind is "Deployment" or "Job"))
        {
            var spec = new Manifest((YamlDotNet.RepresentationModel.YamlMappingNode)pod.At("spec", "template", "spec")!);
            spec.Text("nodeSelector", "kubernetes.io/os").ShouldBe("linux", pod.Name);
            spec.Text("tolerations", "0", "key").ShouldBe("dedicated", pod.Name);
            spec.Text("priorityClassName").ShouldBe("production", pod.Name);
            spec.Text("imagePullSecrets", "0", "name").ShouldBe("registry", pod.Name);
            spec.At("affinity", "nodeAffinity").ShouldNotBeNull(pod.Name);
        }

        foreach (var pod in objects.Where(o => o.Kind is "Deployment"))
        {
            pod.Text("spec", "template", "metadata", "labels", "team").ShouldBe("on");
            pod.Text("spec", "template", "metadata", "annotations", "example.org/note").ShouldBe("true");
            pod.List("spec", "template", "spec", "containers", "0", "env").ShouldContain(e => e.Text("valueFrom", "secretKeyRef", "name") == "collector");
            pod.List("spec", "template", "spec", "volumes").ShouldContain(v => v.Text("configMap", "name") == "site-authorities");
        }

        Told(objects, "orders", "Messaging__Lanes").ShouldBe(["4"]);
        objects.Where(o => o.Kind is "ServiceMonitor" or "PodMonitor" or "PrometheusRule").ShouldAllBe(o => o.Text("metadata", "labels", "release") == "prometheus");
        objects.Where(o => o.Kind is "ServiceAccount").ShouldAllBe(o => o.Text("metadata", "annotations", "example.org/role") == "1");
        objects.Single(o => o.Name is "doseline-note").Text("data", "note").ShouldBe("of doseline");
    }

    static IReadOnlyList<string> Told(IReadOnlyList<Manifest> objects, string service, string name) =>
        [.. objects.Single(o => o.Kind is "Deployment" && o.Name == service).List("spec", "template", "spec", "containers", "0", "env").Where(e => e.Text("name").StartsWith(name, StringComparison.Ordinal)).Select(e => e.Text("value"))];
}
