using System.Text.Json.Nodes;
using Doseline.Audit.V1;
using Doseline.Local.Cli.Audit;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Audit;

/// <summary>A good export, altered in one place: each value of each line, each cell, and whatever could be added. None verifies.</summary>
public sealed class ExportFieldTests : IAsyncLifetime
{
    StageHost host = null!;
    TreeHead kept = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 3);
        await host.ChangeAsync("b", 2);
        kept = await host.SealAsync();
        await host.ChangeAsync("a", 2);
        await host.SealAsync();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [Requirement("A096", "A217")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_value_of_each_line_is_covered_and_nothing_can_be_added_or_said_twice(bool part)
    {
        var lines = await LinesAsync(part);
        var good = lines.Select(l => JsonFormatter.Default.Format(l)).ToList();
        RequireGood(string.Join('\n', good));
        var tried = 0;
        for (var at = 0; at < good.Count; at++)
        {
            foreach (var (what, spoiled) in Spoiled(good[at]))
            {
                Report(string.Join('\n', [.. good[..at], spoiled, .. good[(at + 1)..]])).ShouldBe(1, $"line {at + 1}, {what}: {spoiled}");
                tried++;
            }
        }

        tried.ShouldBeGreaterThan(lines.Count * 5);
    }

    [Theory]
    [Requirement("A096", "A217")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_cell_of_a_table_is_covered_and_no_column_can_be_added(bool part)
    {
        var lines = await LinesAsync(part);
        List<IReadOnlyList<string>> good = [TrailCsv.Columns, .. lines.Select(TrailCsv.CellsOf)];
        RequireGood(TextOf(good));
        for (var row = 0; row < good.Count; row++)
        {
            for (var cell = 0; cell < TrailCsv.Columns.Count; cell++)
            {
                List<string> spoiled = [.. good[row]];
                spoiled[cell] += "1";
                Report(TextOf([.. good[..row], spoiled, .. good[(row + 1)..]])).ShouldBe(1, $"row {row + 1}, {TrailCsv.Columns[cell]}");
            }
        }

        Report(TextOf([.. good.Select((r, at) => (IReadOnlyList<string>)[.. r, at == 0 ? "remark" : "seen and approved"])])).ShouldBe(1);
        Report(TextOf([.. good.Select((r, at) => at == 2 ? (IReadOnlyList<string>)[.. r, "and more"] : r)])).ShouldBe(1);
        Report(TextOf([[.. good[0], "reason"], .. good[1..]])).ShouldBe(1);
    }

    [Fact]
    public async Task An_export_of_another_form_is_not_understood_and_one_that_nobody_signed_is_forged()
    {
        var lines = await LinesAsync(part: false);
        lines[0].Header.FormVersion = 99;
        Faults(lines).ShouldContain(TrailFault.NotUnderstood);
        lines = await LinesAsync(part: false);
        lines[^1].End = new ExportEnd { RecordCount = lines[^1].End.RecordCount, HeadCount = lines[^1].End.HeadCount };
        Faults(lines).ShouldContain(TrailFault.KeyUnknown);
        lines = await LinesAsync(part: true);
        lines[0].Header.MadeBy = "Mallory";
        Faults(lines).ShouldBe([TrailFault.ExportForged]);

        List<TrailFault> Faults(List<ExportLine> of) => [.. host.Verify(of, kept).Findings.Select(f => f.Fault)];
    }

    async Task<List<ExportLine>> LinesAsync(bool part) => await host.ExportAsync(part ? new TrailFilter { EntityId = "a" } : null, kept.TreeSize);

    void RequireGood(string file) => Report(file).ShouldBe(0, file);

    int Report(string file) => AuditCommands.Report(new StringReader(file), host.Services.GetRequiredService<KeyStore>().Halves(TreeHeads.KeyOf("orders")), kept, TextWriter.Null);

    static string TextOf(IEnumerable<IReadOnlyList<string>> rows) =>
        string.Concat(rows.Select(r => string.Join(',', r.Select(c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n"));

    // Every way to alter one thing in a line: each value, each member left out, a member added to each object, a member said twice.
    static IEnumerable<(string What, string Text)> Spoiled(string line)
    {
        var places = Places(JsonNode.Parse(line)!).ToList();
        foreach (var place in places)
        {
            var whole = JsonNode.Parse(line)!;
            var (parent, name, index) = Find(whole, place);
            JsonNode? now = name is not null ? parent[name] : parent[index];
            if (now is JsonObject inner)
            {
                inner["notKnown"] = "x";
                yield return ($"something is added to {place}", whole.ToJsonString());
            }
            else if (now is JsonValue value)
            {
                JsonNode other = value.GetValueKind() switch
                {
                    System.Text.Json.JsonValueKind.True => false,
                    System.Text.Json.JsonValueKind.False => true,
                    System.Text.Json.JsonValueKind.Number => value.GetValue<double>() + 1,
                    _ => Other(value.GetValue<string>()),
                };
                if (name is not null) parent[name] = other;
                else parent[index] = other;
                yield return ($"{place} is another", whole.ToJsonString());
            }

            if (name is null) continue;
            var without = JsonNode.Parse(line)!;
            Find(without, place).Parent.AsObject().Remove(name);
            yield return ($"{place} is not there", without.ToJsonString());
        }

        yield return ("something is added", line[..^1] + ", \"notKnown\": 1 }");
        if (JsonNode.Parse(line)!.AsObject().First() is { Value: { } only } member) yield return ("it says it twice", $"{line[..^1]}, {new JsonObject { [member.Key] = only.DeepClone() }.ToJsonString()[1..]}");
    }

    // A digit is another digit, so that a number, an instant or a hash stays one.
    static string Other(string text) => text is "" ? "x" : text[..^1] + (text[^1] switch { 'Z' => "1Z", >= '0' and < '9' => (char)(text[^1] + 1), 'x' => 'y', _ => 'x' });

    static IEnumerable<string> Places(JsonNode node, string path = "") => node switch
    {
        JsonObject members => members.SelectMany(m => Places(m.Value!, $"{path}/{m.Key}").Prepend($"{path}/{m.Key}")),
        JsonArray items => items.SelectMany((item, at) => Places(item!, $"{path}/{at}").Prepend($"{path}/{at}")),
        _ => [],
    };

    static (JsonNode Parent, string? Name, int Index) Find(JsonNode whole, string place)
    {
        var parts = place.Split('/')[1..];
        var parent = parts[..^1].Aggregate(whole, (node, part) => node is JsonArray items ? items[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)]! : node[part]!);
        return parent is JsonArray ? (parent, null, int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture)) : (parent, parts[^1], 0);
    }
}
