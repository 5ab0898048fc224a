using System.Globalization;
using Doseline.Execution.V1;
using Doseline.Kernel.Time;
using Google.Protobuf;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Doseline.Local.Day.Files;

/// <summary>Reads the YAML files of a day: its settings and incidents, and the recipes.</summary>
static class DayYaml
{
    static readonly IDeserializer Reader = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithAttemptingUnquotedStringTypeDeserialization().Build();
    static readonly ISerializer ToJson = new SerializerBuilder().JsonCompatible().Build();
    static readonly string[] Kinds = ["out_of_specification", "late_positive", "carrier_refusal", "held_dose", "late_flight", "wrong_proof", "breakdown"];

    /// <summary>Reads <c>day.yaml</c>.</summary>
    public static (DateTimeOffset Start, string Zone, int Seed, IReadOnlyList<Incident> Incidents) Read(string folder, List<DayProblem> problems)
    {
        const string file = "day.yaml";
        if (Parse<DayDocument>(folder, file, problems) is not { } day) return (default, "UTC", 0, []);
        var start = Zones.ParseLocal(day.Start, "start");
        var resolved = start.Accepted ? Zones.Resolve(start.Value, day.Zone, null, "zone") : start.Refusals[0];
        if (!resolved.Accepted) problems.Add(new DayProblem(file, 0, resolved.Refusals[0].Subject, resolved.Refusals[0].Message));
        foreach (var incident in day.Incidents.Where(i => !Kinds.Contains(i.Kind, StringComparer.Ordinal)))
            problems.Add(new DayProblem(file, 0, "incidents", $"'{incident.Kind}' is not one of {string.Join(", ", Kinds)}"));
        return (resolved.Accepted ? resolved.Value.Instant : default, day.Zone, day.Seed,
            [.. day.Incidents.Select(i => new Incident(i.Kind, i.Run, i.Test, i.Value, i.Customer, i.Order, i.Equipment, Instant(i.From, "from"), Instant(i.Until, "until"), i.Replan, i.Reason))]);

        DateTimeOffset? Instant(string text, string field)
        {
            if (text is "") return null;
            var local = Zones.ParseLocal(text, $"incidents.{field}");
            var read = local.Accepted ? Zones.Resolve(local.Value, day.Zone, null, $"incidents.{field}") : local.Refusals[0];
            if (read.Accepted) return read.Value.Instant;
            problems.Add(new DayProblem(file, 0, read.Refusals[0].Subject, read.Refusals[0].Message));
            return null;
        }
    }

    /// <summary>Reads <c>recipes/{code}.yaml</c> for every recipe that a product names: the message <c>Recipe</c>, written as YAML.</summary>
    public static Dictionary<string, Recipe> ReadRecipes(string folder, IEnumerable<string> codes, List<DayProblem> problems)
    {
        Dictionary<string, Recipe> recipes = new(StringComparer.Ordinal);
        foreach (var code in codes.Distinct(StringComparer.Ordinal))
        {
            var file = Path.Combine("recipes", $"{code}.yaml");
            if (Parse<object>(folder, file, problems) is not { } document) continue;
            try
            {
                recipes[code] = JsonParser.Default.Parse<Recipe>(ToJson.Serialize(document));
            }
            catch (Exception bad) when (bad is InvalidProtocolBufferException or InvalidJsonException)
            {
                problems.Add(new DayProblem(file, 0, "", bad.Message));
            }
        }

        return recipes;
    }

    /// <summary>Reads a text file.</summary>
    public static string ReadText(string folder, string file, List<DayProblem> problems)
    {
        var path = Path.Combine(folder, file);
        if (File.Exists(path)) return File.ReadAllText(path);
        problems.Add(new DayProblem(file, 0, "", "the file is missing"));
        return "";
    }

    static T? Parse<T>(string folder, string file, List<DayProblem> problems) where T : class
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            problems.Add(new DayProblem(file, 0, "", "the file is missing"));
            return null;
        }

        try
        {
            using var text = File.OpenText(path);
            return Reader.Deserialize<T>(text);
        }
        catch (YamlException bad)
        {
            var reason = (bad.InnerException?.Message ?? bad.Message).ReplaceLineEndings(" ");
            problems.Add(new DayProblem(file, (int)bad.Start.Line, bad.Start.Column.ToString(CultureInfo.InvariantCulture), reason));
            return null;
        }
    }

    sealed class DayDocument
    {
        public string Start { get; set; } = "";
        public string Zone { get; set; } = "";
        public int Seed { get; set; }
        public List<IncidentDocument> Incidents { get; set; } = [];
    }

    sealed class IncidentDocument
    {
        public string Kind { get; set; } = "";
        public string Run { get; set; } = "";
        public string Test { get; set; } = "";
        public double Value { get; set; }
        public string Customer { get; set; } = "";
        public string Order { get; set; } = "";
        public string Equipment { get; set; } = "";
        public string From { get; set; } = "";
        public string Until { get; set; } = "";
        public bool Replan { get; set; }
        public string Reason { get; set; } = "";
    }
}
