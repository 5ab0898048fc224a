using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Doseline.Cluster.Tests.Charts;

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
