using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Doseline.Trace;

/// <summary>How far a row is shown.</summary>
enum Standing
{
    /// <summary>Nothing shows it.</summary>
    Open,

    /// <summary>Its tests show a part of it.</summary>
    Partly,

    /// <summary>Its tests show the text of "Tested by" to its number.</summary>
    Full,
}

/// <summary>What a person who read the tests says of a row, in <c>tests/verdicts</c>.</summary>
sealed class Verdict
{
    /// <summary>Full or partly; a row without a verdict is open.</summary>
    [YamlMember(Alias = "verdict")]
    public Standing Standing { get; init; }

    /// <summary>What is not shown; empty for a full row.</summary>
    public string Missing { get; init; } = "";

    /// <summary>Every test on which the verdict rests: <c>Suite/Class.Method</c>, or the suite and the title of a script's test.</summary>
    public List<string> Tests { get; init; } = [];

    /// <summary>Reads every file of the folder.</summary>
    /// <exception cref="YamlDotNet.Core.YamlException">A file does not read.</exception>
    public static IReadOnlyDictionary<string, Verdict> Read(string folder)
    {
        var yaml = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build();
        return Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .SelectMany(file => yaml.Deserialize<Dictionary<string, Verdict>>(File.ReadAllText(file)) ?? [])
            .ToDictionary(StringComparer.Ordinal);
    }
}
