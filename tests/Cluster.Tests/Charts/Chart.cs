using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>The chart, rendered by Go's own templates with sprig's functions, as helm does (tests/chart/render).</summary>
public sealed class Chart : IAsyncLifetime
{
    readonly string renderer = Path.Combine(Path.GetTempPath(), $"doseline-render-{Guid.NewGuid():N}");

    /// <summary>Folder of the chart.</summary>
    public static string Folder { get; } = Repository.At("charts", "doseline");

    /// <summary>Values files beside the defaults, every branch of the templates among them.</summary>
    public static TheoryData<string> ValuesFiles { get; } =
        [.. Directory.EnumerateFiles(Folder, "values-*.yaml").Concat(Directory.EnumerateFiles(Path.Combine(Folder, "ci"))).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal), ""];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // Debian's packages of Go and sprig need neither modules nor a network.
        var (code, output, errors) = await Tool.RunAsync("go", ["build", "-o", renderer, "."], Repository.At("tests", "chart", "render"),
            ("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode"), ("GOCACHE", Path.Combine(Path.GetTempPath(), "doseline-go-cache")), ("GOFLAGS", ""));
        code.ShouldBe(0, output + errors);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        File.Delete(renderer);
        return Task.CompletedTask;
    }

    /// <summary>Renders the chart.</summary>
    /// <param name="values">Values file within the chart's folder; empty for the defaults.</param>
    /// <param name="settings">Single settings, <c>key=value</c>.</param>
    public async Task<IReadOnlyList<Manifest>> RenderAsync(string values = "", params string[] settings)
    {
        var (code, output, errors) = await TryAsync(values, settings);
        code.ShouldBe(0, errors);
        YamlStream stream = [];
        stream.Load(new StringReader(output));
        return [.. stream.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>().Select(n => new Manifest(n))];
    }

    /// <summary>Renders the chart, or says why not.</summary>
    public Task<(int Code, string Output, string Errors)> TryAsync(string values, params string[] settings) => Tool.RunAsync(renderer,
        [Folder, "-api", "monitoring.coreos.com/v1", .. values.Length > 0 ? new[] { "-f", Path.Combine(Folder, values) } : [], .. settings.SelectMany(s => new[] { "-set", s })]);

    /// <summary>A YAML file as JSON, for a JSON schema: words that look like numbers or truth are those, unless quoted.</summary>
    public static string Json(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return System.Text.Json.JsonSerializer.Serialize(Plain(stream.Documents[0].RootNode));
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

/// <summary>One rendered object.</summary>
public sealed record Manifest(YamlMappingNode Root)
{
    /// <summary>Kind.</summary>
    public string Kind => Text("kind");

    /// <summary>Name.</summary>
    public string Name => Text("metadata", "name");

    /// <summary>The node at a path; null when it is not there. A number is a place in a list.</summary>
    public YamlNode? At(params string[] path)
    {
        YamlNode? node = Root;
        foreach (var step in path)
        {
            node = node switch
            {
                YamlMappingNode map => map.Children.TryGetValue(new YamlScalarNode(step), out var child) ? child : null,
                YamlSequenceNode list => int.Parse(step, CultureInfo.InvariantCulture) is var index && index < list.Children.Count ? list.Children[index] : null,
                _ => null,
            };
        }

        return node;
    }

    /// <summary>The word at a path; empty when it is not there.</summary>
    public string Text(params string[] path) => (At(path) as YamlScalarNode)?.Value ?? "";

    /// <summary>The list at a path; empty when it is not there.</summary>
    public IReadOnlyList<Manifest> List(params string[] path) => (At(path) as YamlSequenceNode)?.Children.OfType<YamlMappingNode>().Select(n => new Manifest(n)).ToList() ?? [];

    /// <summary>The words of a list at a path.</summary>
    public IReadOnlyList<string> Words(params string[] path) => (At(path) as YamlSequenceNode)?.Children.OfType<YamlScalarNode>().Select(n => n.Value!).ToList() ?? [];
}
