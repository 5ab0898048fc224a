using Doseline.Testing;
using YamlDotNet.RepresentationModel;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>Mistakes in values, each refused with its sentence, and what is nearly the same, taken: <c>tests/chart/refused.yaml</c>.</summary>
public sealed class RefusalTests(RefusalTests.Table table) : IClassFixture<RefusalTests.Table>
{
    /// <summary>The rows by what is refused.</summary>
    public static TheoryData<string> Rows { get; } = [.. Table.Rows.Select(r => r.Refused)];

    [Theory]
    [Requirement("A248", "P12")]
    [MemberData(nameof(Rows))]
    public async Task A_mistake_is_refused_with_a_sentence_and_what_is_nearly_the_same_is_taken(string refused)
    {
        var row = Table.Rows.Single(r => r.Refused == refused);
        var (no, yes) = await table.Of(row);
        no.Code.ShouldNotBe(0, "it was taken");
        no.Yaml.ShouldBeEmpty();
        no.Errors.ShouldContain(row.Because);
        no.Errors.ShouldNotContain("nil pointer");
        yes.Objects.ShouldNotBeEmpty(row.Taken);
    }

    [Fact]
    public async Task What_is_taken_is_what_its_schema_says()
    {
        Table.Rows.Count.ShouldBeGreaterThan(100);
        Dictionary<string, string> taken = new(StringComparer.Ordinal);
        foreach (var row in Table.Rows) taken[$"{taken.Count + 1}"] = (await table.Of(row)).Yes.Yaml;
        // The dashboards are the same in all of them, and two thirds of the text.
        (await ObjectTests.FaultsAsync(taken.ToDictionary(t => t.Key, t => string.Join("\n---\n", t.Value.Split("\n---\n").Where(o => !o.Contains("\nkind: ConfigMap\n", StringComparison.Ordinal))), StringComparer.Ordinal))).ShouldBeEmpty();
    }

    /// <summary>One mistake.</summary>
    /// <param name="Refused">Values that are refused.</param>
    /// <param name="Because">The sentence.</param>
    /// <param name="Taken">Values that are nearly the same.</param>
    public sealed record Row(string Refused, string Because, string Taken);

    /// <summary>All of them, given to helm side by side.</summary>
    public sealed class Table
    {
        readonly Dictionary<Row, Task<(Rendering No, Rendering Yes)>> answers = Rows.ToDictionary(r => r, AskAsync);

        /// <summary>The rows.</summary>
        public static IReadOnlyList<Row> Rows { get; } = Read();

        internal Task<(Rendering No, Rendering Yes)> Of(Row row) => answers[row];

        static async Task<(Rendering No, Rendering Yes)> AskAsync(Row row) => (await Chart.WithAsync(row.Refused), await Chart.WithAsync(row.Taken));

        static List<Row> Read()
        {
            YamlStream stream = [];
            stream.Load(new StringReader(File.ReadAllText(Repository.At("tests", "chart", "refused.yaml"))));
            return [.. ((YamlSequenceNode)stream.Documents[0].RootNode).Children.Cast<YamlMappingNode>().Select(row => new Row(Text(row["refused"]), ((YamlScalarNode)row["because"]).Value!, Text(row["taken"])))];
        }

        static string Text(YamlNode node)
        {
            using StringWriter text = new();
            new YamlStream(new YamlDocument(node)).Save(text, assignAnchors: false);
            return text.ToString().Replace("...\r\n", "", StringComparison.Ordinal).Replace("...\n", "", StringComparison.Ordinal);
        }
    }
}
