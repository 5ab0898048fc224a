using Doseline.Cluster.Tests.Charts;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>The way from an empty cluster on one machine to the chart, with stand-ins of kubectl, helm and psql: <c>charts/local/up.sh</c>, which skaffold runs.</summary>
public sealed class LocalClusterTests : IDisposable
{
    // Keeps what it is told, and answers as a cluster does that has what was applied.
    const string Kubectl = """
        #!/usr/bin/env bash
        echo "$*" >>"$CLUSTER/asked"
        [[ $1 == --namespace ]] && shift 2
        case "$1 $2" in
        "create namespace") echo "{ apiVersion: v1, kind: Namespace, metadata: { name: $3 } }" ;;
        "apply -f") name=$(date +%N); if [[ $3 == - ]]; then cat >"$CLUSTER/$name.yaml"; else cp "$3" "$CLUSTER/$name.yaml"; fi
            grep -h '^  name: ' "$CLUSTER/$name.yaml" | sed 's/^  name: //' >>"$CLUSTER/there" || true ;;
        "create secret") echo "$4" >>"$CLUSTER/there"; while (($#)); do case $1 in --cert | --key) cp "$2" "$CLUSTER/$(basename "$2")" ;; esac; shift; done ;;
        "get secret") grep -qx "$3" "$CLUSTER/there" ;;
        "get configmap") cat "$CLUSTER"/coredns.yaml ;;
        "port-forward "*) exec sleep 20 ;;
        esac
        """;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("doseline-local-");

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task An_empty_cluster_gets_all_that_the_local_values_ask_for_and_keeps_it_when_it_is_done_again()
    {
        var (copy, cluster, tools) = (folder.CreateSubdirectory("checkout"), folder.CreateSubdirectory("cluster"), folder.CreateSubdirectory("tools"));
        (await Tool.RunAsync("cp", ["-r", Repository.At("charts"), copy.FullName])).Code.ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(cluster.FullName, "coredns.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: coredns\ndata:\n  Corefile: |\n    .:53 {\n        ready\n        forward . /etc/resolv.conf\n    }\n");
        await File.WriteAllTextAsync(Path.Combine(cluster.FullName, "there"), "");
        await ToolAsync("kubectl", Kubectl);
        await ToolAsync("helm", "#!/usr/bin/env bash\necho \"helm $*\" >>\"$CLUSTER/asked\"\n");
        await ToolAsync("psql", "#!/usr/bin/env bash\n[[ $* == *-c* ]] || cat >>\"$CLUSTER/psql\"\n");

        await UpAsync();
        var asked = await File.ReadAllLinesAsync(Path.Combine(cluster.FullName, "asked"));
        asked.ShouldContain(l => l.StartsWith("helm upgrade --install dapr ", StringComparison.Ordinal));
        asked.ShouldContain(l => l.StartsWith("helm upgrade --install ingress ", StringComparison.Ordinal));
        // Whatever is the platform's is put into its namespace, where the chart is.
        asked.Where(l => l.Contains("apply -f", StringComparison.Ordinal) && l.EndsWith(".yaml", StringComparison.Ordinal)).ShouldAllBe(l => l.StartsWith("--namespace doseline ", StringComparison.Ordinal));
        (await File.ReadAllLinesAsync(Path.Combine(cluster.FullName, "psql"))).Count(l => l.StartsWith("\\set service ", StringComparison.Ordinal)).ShouldBe(9);
        var applied = Directory.EnumerateFiles(cluster.FullName, "[0-9]*.yaml").Concat(Directory.EnumerateFiles(cluster.FullName, "*.yaml")).Distinct().ToDictionary(f => Path.GetFileNameWithoutExtension(f), File.ReadAllText, StringComparer.Ordinal);
        (await ObjectTests.FaultsAsync(applied)).ShouldBeEmpty();
        applied.Values.ShouldContain(y => y.Contains("rewrite name doseline.test ingress-ingress-nginx-controller.ingress.svc.cluster.local", StringComparison.Ordinal));

        // The certificate of the way in is that of the name, and of the authority that pods are given.
        var (verified, output, errors) = await Tool.RunAsync("openssl", ["verify", "-CAfile", Path.Combine(copy.FullName, "charts", "local", "authority.crt"), "-verify_hostname", "doseline.test", "-purpose", "sslserver", Path.Combine(cluster.FullName, "tls.crt")]);
        verified.ShouldBe(0, output + errors);

        var there = await File.ReadAllLinesAsync(Path.Combine(cluster.FullName, "there"));
        var objects = (await Chart.HelmAsync("-f", Path.Combine(Chart.Folder, "values-small-site.yaml"), "-f", Repository.At("charts", "local", "values.yaml"))).Objects;
        foreach (var secret in InstallationTests.Asked(objects).Select(a => a.Secret).Append("doseline-local-authority").Append(objects.Single(o => o.Kind is "Ingress").Text("spec", "tls", "0", "secretName")).Distinct())
            there.ShouldContain(secret);
        objects.Single(o => o.Kind is "Component").List("spec", "metadata").ShouldAllBe(m => m.At("secretKeyRef") == null, "the local Redis asks for no password");

        // Again: no key and no password is made anew.
        var certificate = await File.ReadAllTextAsync(Path.Combine(cluster.FullName, "tls.crt"));
        await UpAsync();
        (await File.ReadAllTextAsync(Path.Combine(cluster.FullName, "tls.crt"))).ShouldBe(certificate);
        (await File.ReadAllLinesAsync(Path.Combine(cluster.FullName, "there"))).Count(n => n is "doseline-keys").ShouldBe(1);

        async Task ToolAsync(string name, string script)
        {
            var file = Path.Combine(tools.FullName, name);
            await File.WriteAllTextAsync(file, script);
            (await Tool.RunAsync("chmod", ["+x", file])).Code.ShouldBe(0);
        }

        async Task UpAsync()
        {
            var (code, said, wrong) = await Tool.RunAsync("bash", [Path.Combine(copy.FullName, "charts", "local", "up.sh")], copy.FullName,
                ("PATH", $"{tools.FullName}:{Environment.GetEnvironmentVariable("PATH")}"), ("CLUSTER", cluster.FullName));
            code.ShouldBe(0, said + wrong);
            said.ShouldContain("The cluster is ready for the chart.");
        }
    }

    [Fact]
    public async Task What_skaffold_runs_before_and_the_values_that_it_names_are_there()
    {
        var text = await File.ReadAllTextAsync(Repository.At("skaffold.yaml"));
        text.ShouldNotContain("rawYaml");
        foreach (System.Text.RegularExpressions.Match file in System.Text.RegularExpressions.Regex.Matches(text, @"charts/[a-z/-]+\.(yaml|sh)")) File.Exists(Repository.At(file.Value)).ShouldBeTrue(file.Value);
        // Each image is built for the service that takes its tag.
        using var skaffold = System.Text.Json.JsonDocument.Parse(Chart.Json(text));
        var built = skaffold.RootElement.GetProperty("build").GetProperty("artifacts").EnumerateArray().Select(a => a.GetProperty("image").GetString()!.Split('/')[1]).ToList();
        var tags = skaffold.RootElement.GetProperty("deploy").GetProperty("helm").GetProperty("releases")[0].GetProperty("setValueTemplates").EnumerateObject().ToDictionary(t => t.Name, t => t.Value.GetString()!, StringComparer.Ordinal);
        // Under --default-repo, skaffold calls an image otherwise than it stands there.
        tags.ShouldBe(built.SelectMany(b => new[] { ("repository", "REPO"), ("tag", "TAG") }.Select(p => KeyValuePair.Create($"services.{b}.image.{p.Item1}", $"{{{{.IMAGE_{p.Item2}_doseline_{b}}}}}"))), ignoreOrder: true);
        built.ShouldBe((await Chart.RenderAsync()).Where(o => o.Kind is "Deployment").Select(o => o.Name), ignoreOrder: true);
    }
}
