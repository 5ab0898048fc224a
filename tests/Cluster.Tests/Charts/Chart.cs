using System.Collections.Concurrent;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>The chart, rendered by helm as it was released. What was rendered once is kept for all tests of the run.</summary>
static class Chart
{
    static readonly string Helm = Repository.At("tests", "chart", "node_modules", ".layer", "helm", "helm");
    static readonly ConcurrentDictionary<string, Lazy<Task<Rendering>>> Kept = new(StringComparer.Ordinal);
    static readonly SemaphoreSlim Turns = new(Environment.ProcessorCount);

    /// <summary>Folder of the chart.</summary>
    public static string Folder { get; } = Repository.At("charts", "doseline");

    /// <summary>Values files beside the defaults, every branch of the templates among them; the empty name is the defaults alone.</summary>
    public static IReadOnlyList<string> Files { get; } =
        ["", .. Directory.EnumerateFiles(Folder, "values-*.yaml").Concat(Directory.EnumerateFiles(Path.Combine(Folder, "ci"))).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    /// <summary>Those files, as a theory takes them.</summary>
    public static TheoryData<string> ValuesFiles { get; } = [.. Files];

    /// <summary>Renders the chart.</summary>
    /// <param name="values">Values file within the chart's folder; empty for the defaults.</param>
    /// <param name="settings">Single settings, <c>key=value</c>.</param>
    public static async Task<IReadOnlyList<Manifest>> RenderAsync(string values = "", params string[] settings) => (await TryAsync(values, settings)).Objects;

    /// <summary>Renders the chart, or says why not.</summary>
    /// <param name="values">Values file within the chart's folder; empty for the defaults.</param>
    /// <param name="settings">Single settings, <c>key=value</c>.</param>
    public static Task<Rendering> TryAsync(string values = "", params string[] settings) =>
        HelmAsync([.. values.Length > 0 ? new[] { "-f", Path.Combine(Folder, values) } : [], .. settings.SelectMany(s => new[] { "--set", s })]);

    /// <summary>Renders the chart with values files one over the other, as somebody wrote them.</summary>
    /// <param name="yaml">The text of each.</param>
    public static async Task<Rendering> WithAsync(params IReadOnlyList<string> yaml)
    {
        List<string> files = [];
        foreach (var text in yaml)
        {
            files.Add(Path.GetTempFileName());
            await File.WriteAllTextAsync(files[^1], text);
        }

        try
        {
            return await RunAsync([.. files.SelectMany(f => new[] { "-f", f })]);
        }
        finally
        {
            foreach (var file in files) File.Delete(file);
        }
    }

    /// <summary>Renders the chart with arguments of helm's own.</summary>
    public static Task<Rendering> HelmAsync(params IReadOnlyList<string> arguments) =>
        Kept.GetOrAdd(string.Join('\n', arguments), _ => new(() => RunAsync(arguments))).Value;

    /// <summary>Runs helm.</summary>
    public static async Task<(int Code, string Output, string Errors)> ToolAsync(params IReadOnlyList<string> arguments)
    {
        File.Exists(Helm).ShouldBeTrue("helm is missing: run 'npm install --no-save' in tests/chart");
        await Turns.WaitAsync();
        try
        {
            return await Tool.RunAsync(Helm, arguments);
        }
        finally
        {
            Turns.Release();
        }
    }

    /// <summary>A YAML file as JSON: words that look like numbers or truth are those, unless quoted.</summary>
    public static string Json(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return System.Text.Json.JsonSerializer.Serialize(Plain(stream.Documents[0].RootNode));
    }

    // The name of a release comes first, unless the arguments bring one of their own.
    static async Task<Rendering> RunAsync(IReadOnlyList<string> arguments)
    {
        string[] named = arguments is [var first, ..] && !first.StartsWith('-') ? [] : ["doseline"];
        var (code, output, errors) = await ToolAsync(["template", .. named, .. arguments, Folder, "--namespace", "doseline", "--kube-version", "1.35", "--api-versions", "monitoring.coreos.com/v1"]);
        return new Rendering(code, output, errors);
    }

    static object? Plain(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value!, c => Plain(c.Value), StringComparer.Ordinal),
        YamlSequenceNode list => list.Children.Select(Plain).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } word => word.Value switch
        {
            "true" => true,
            "false" => false,
            "" or "null" or "~" => null,
            var text when long.TryParse(text, CultureInfo.InvariantCulture, out var whole) => whole,
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            var text => text,
        },
        YamlScalarNode quoted => quoted.Value,
        _ => throw new YamlException("unexpected node"),
    };
}

/// <summary>What helm said.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Yaml">What was rendered.</param>
/// <param name="Errors">Why nothing was.</param>
sealed record Rendering(int Code, string Yaml, string Errors)
{
    /// <summary>The rendered objects; the test fails where there are none.</summary>
    public IReadOnlyList<Manifest> Objects => field ??= Read();

    Manifest[] Read()
    {
        Code.ShouldBe(0, Errors);
        YamlStream stream = [];
        stream.Load(new StringReader(Yaml));
        return [.. stream.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>().Select(n => new Manifest(n))];
    }
}
