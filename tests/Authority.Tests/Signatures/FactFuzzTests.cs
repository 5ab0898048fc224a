using System.Globalization;
using System.Text.Json.Nodes;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Authority.Tests.Signatures;

/// <summary>
/// Facts that are well signed by their publisher and make no sense: every type that anybody listens to, cut short, no message, and with each of its fields of
/// another kind or beyond what its kind can hold.
/// </summary>
public sealed class FactFuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    TestPlatform platform = null!;

    public async Task InitializeAsync() => platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A184")]
    public async Task A_fact_that_makes_no_sense_is_parked_by_whoever_listens_and_changes_nothing()
    {
        var rules = platform.Host.Services.GetRequiredService<FactTable>().Rules.ToLookup(r => (r.Publisher, r.Type));
        var before = await TrailsAsync();
        List<(string What, Fact Fact)> given = [];
        foreach (var rule in rules.Select(r => r.First()))
        {
            // A listener that acts whatever a word says is shown by its own tests.
            foreach (var (what, data) in Spoilt(rule.Message, words: !rules[(rule.Publisher, rule.Type)].Any(r => r.AnyWord)))
            {
                var fact = platform.Make(rule.Publisher, $"chance-{given.Count.ToString(CultureInfo.InvariantCulture)}", rule.Message.Parser.ParseFrom(ByteString.Empty)) with { Data = data, DataHash = Fact.HashOf(data) };
                await platform.Host.Services.PutAsync(fact);
                given.Add(($"{rule.Type} {what}", fact));
            }
        }

        await platform.SettleAsync();
        output.WriteLine($"{given.Count} facts of {rules.Count} types to {rules.Sum(r => r.Count())} handlers");
        List<string> wrong = [];
        foreach (var service in rules.SelectMany(r => r).Select(r => r.Service).Distinct(StringComparer.Ordinal))
        {
            await using var scope = platform.Host.Services.CreateAsyncScope();
            var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider);
            var handled = (await db.Database.SqlQuery<string>($"SELECT fact_id AS \"Value\" FROM inbox").ToListAsync()).ToHashSet(StringComparer.Ordinal);
            var kept = (await db.Database.SqlQuery<string>($"SELECT fact_id AS \"Value\" FROM waiting WHERE resolved_time IS NULL").ToListAsync()).ToHashSet(StringComparer.Ordinal);
            foreach (var (what, fact) in given.Where(g => rules[(g.Fact.Source, g.Fact.Type)].Any(r => r.Service == service)))
            {
                if (handled.Contains(fact.Id)) wrong.Add($"{service} acted on {what}: {fact.Data}");
                else if (!kept.Contains(fact.Id)) wrong.Add($"{service} lost {what}");
            }
        }

        wrong.ShouldBeEmpty();
        (await TrailsAsync()).ShouldBe(before);
        given.Count.ShouldBeGreaterThan(300);
    }

    static IEnumerable<(string What, string Data)> Spoilt(MessageDescriptor type, bool words)
    {
        var whole = JsonFormatter.Default.Format(Filled(type, 0));
        yield return ("cut short", whole[..^2]);
        yield return ("no message", "[7]");
        yield return ("nothing", "");
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => !f.IsMap && (words || f.FieldType is not FieldType.Enum)))
        {
            foreach (var (what, value) in Wrong(field))
            {
                var spoilt = JsonNode.Parse(whole)!.AsObject();
                spoilt[field.JsonName] = value;
                yield return ($"{field.Name} {what}", spoilt.ToJsonString());
            }
        }
    }

    // What a field cannot be: another kind of value, or one beyond its range.
    static IEnumerable<(string What, JsonNode Value)> Wrong(FieldDescriptor field)
    {
        if (field.IsRepeated) yield return ("is not several", JsonValue.Create("one"));
        JsonNode[] values = field.FieldType switch
        {
            FieldType.String => [new JsonObject { ["x"] = 1 }, JsonValue.Create("a\0b"), JsonValue.Create("a\uFFFDb")],
            FieldType.Bool => [JsonValue.Create("perhaps"), JsonValue.Create(7)],
            FieldType.Enum => [JsonValue.Create("NO_SUCH_WORD"), JsonValue.Create(999)],
            FieldType.Double or FieldType.Float => [JsonValue.Create("many"), JsonValue.Create("NaN"), JsonValue.Create("Infinity"), JsonValue.Create("-Infinity")],
            FieldType.Int32 or FieldType.Int64 or FieldType.UInt32 or FieldType.UInt64 => [JsonValue.Create("many"), JsonValue.Create("9223372036854775808"), JsonValue.Create(0.5)],
            FieldType.Bytes => [JsonValue.Create("§§§")],
            FieldType.Message when field.MessageType.FullName is "google.protobuf.Timestamp" => [JsonValue.Create("yesterday"), JsonValue.Create("10000-01-01T00:00:00Z"), JsonValue.Create(7)],
            FieldType.Message when field.MessageType.FullName is "google.protobuf.Duration" => [JsonValue.Create("long"), JsonValue.Create("999999999999s")],
            FieldType.Message => [JsonValue.Create("a part"), JsonValue.Create(7)],
            var other => throw new NotSupportedException($"{field.FullName} is a {other}."),
        };
        foreach (var value in values) yield return ($"is {value.ToJsonString()}", field.IsRepeated ? new JsonArray(value) : value);
    }

    static IMessage Filled(MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => f is { IsMap: false, IsRepeated: false }))
        {
            object? value = field.FieldType switch
            {
                FieldType.String => $"{field.Name}-1",
                FieldType.Double => 1.0,
                FieldType.Int64 => 1L,
                FieldType.Int32 => 1,
                FieldType.Bool => true,
                FieldType.Message when depth < 2 => Filled(field.MessageType, depth + 1),
                _ => null,
            };
            if (value is not null) field.Accessor.SetValue(message, value);
        }

        return message;
    }

    // Rows that are records, in every service.
    async Task<IReadOnlyList<string>> TrailsAsync()
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        List<string> counts = [];
        foreach (var service in databases.Services.Order(StringComparer.Ordinal)) counts.Add($"{service}: {await databases.Of(service, scope.ServiceProvider).AuditTrail.CountAsync()}");
        return counts;
    }
}
