using Doseline.Testing;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>Whatever is rendered is what Kubernetes, the operators and Dapr take, to the last field.</summary>
public sealed class ObjectTests
{
    [Fact]
    [Requirement("A248", "P12")]
    public async Task Every_object_of_every_combination_of_values_files_is_what_its_schema_says()
    {
        // A file alone and each two of them, one over the other; the empty name is the defaults.
        (string Name, string[] Arguments)[] runs =
        [
            ("defaults", []), ("vault", ["-f", Path.Combine(Chart.Folder, "examples", "external-secrets.yaml")]), ("no-operator", ["--set", "observability.monitor=false,observability.alerts=false"]),
            .. Chart.Files.SelectMany((first, at) => Chart.Files.Skip(at + 1).Select(second => new[] { first, second }.Where(f => f is not "").ToList()))
                .Select(files => (string.Join('+', files).Replace('/', '-'), files.SelectMany(f => new[] { "-f", Path.Combine(Chart.Folder, f) }).ToArray())),
        ];
        var renderings = await Task.WhenAll(runs.Select(async run => (run.Name, Rendering: await Chart.HelmAsync(run.Arguments))));
        renderings.Where(r => r.Rendering.Code != 0).Select(r => $"{r.Name}: {r.Rendering.Errors}").ShouldBeEmpty();
        (await FaultsAsync(renderings.ToDictionary(r => r.Name, r => r.Rendering.Yaml, StringComparer.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_wrong_with_an_object_is_found()
    {
        var wrong = await File.ReadAllTextAsync(Repository.At("tests", "chart", "wrong.yaml"));
        var faults = await FaultsAsync(new Dictionary<string, string> { ["wrong"] = wrong });
        // Each object says in a comment what is wrong with it.
        var expected = wrong.Split('\n').Where(l => l.StartsWith("# ", StringComparison.Ordinal)).Select(l => l[2..]).ToList();
        expected.Count.ShouldBeGreaterThan(8);
        foreach (var fault in expected) faults.ShouldContain(f => f.Contains(fault, StringComparison.Ordinal), fault);
        faults.Count.ShouldBe(wrong.Split("\n---\n").Length, string.Join('\n', faults));
    }

    internal static async Task<IReadOnlyList<string>> FaultsAsync(IReadOnlyDictionary<string, string> yaml)
    {
        var folder = Directory.CreateTempSubdirectory("doseline-objects-");
        try
        {
            foreach (var (name, text) in yaml) await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{name}.yaml"), text);
            var (code, output, errors) = await Tool.RunAsync("node", [Repository.At("tests", "chart", "validate.mjs"), .. Directory.EnumerateFiles(folder.FullName)]);
            errors.ShouldBeEmpty();
            var faults = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            code.ShouldBe(faults is [] ? 0 : 1);
            return faults;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
