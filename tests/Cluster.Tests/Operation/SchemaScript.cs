using System.Text.RegularExpressions;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>A script of a schema, read for what it would be to a version that does not know of it.</summary>
/// <param name="sql">The script.</param>
/// <param name="before">Columns of a table before the script, by its name; empty of a table that was not there.</param>
sealed partial class SchemaScript(string sql, Func<string, IReadOnlyCollection<string>> before)
{
    readonly string bare = Comment().Replace(sql, "");

    /// <summary>Statements that an old version would not run on.</summary>
    public IReadOnlyList<string> Breaking()
    {
        var made = Made().Matches(bare).ToDictionary(m => m.Groups["table"].Value, m => ColumnsOf(m.Groups["body"].Value));
        // One that takes another's name with all of its columns, and asks for none that is new, is to an old version what was there before.
        var renewed = Renamed().Matches(bare).Where(m => made.TryGetValue(m.Groups["made"].Value, out var columns) && TakesOver(columns, before(m.Groups["table"].Value))).Select(m => m.Groups["table"].Value).ToHashSet();
        // What an old version leaves empty collides with nothing.
        var empty = Added().Matches(bare).Where(m => !m.Value.Contains("NOT NULL", StringComparison.OrdinalIgnoreCase)).Select(m => (Table: m.Groups["table"].Value, Column: m.Groups["column"].Value)).ToHashSet();
        return [.. bare.Split(';').Select(s => Space().Replace(s, " ").Trim()).Where(s => s.Length > 0 && !Harmless(s))];

        bool Harmless(string statement) => (Adds().IsMatch(statement) && !(statement.StartsWith("ALTER", StringComparison.OrdinalIgnoreCase) && AsksForValue(statement)))
            || (Dropped().Match(statement) is { Success: true } dropped && renewed.Contains(dropped.Groups["table"].Value))
            || (Renamed().Match(statement) is { Success: true } renamed && renewed.Contains(renamed.Groups["table"].Value))
            // A table that the same script makes may have what constraints it likes: no old version writes to it.
            || (Unique().Match(statement) is { Success: true } unique && unique.Groups["table"].Value is var table
                && (made.ContainsKey(table) || renewed.Contains(table) || unique.Groups["columns"].Value.Split(',', StringSplitOptions.TrimEntries).Any(c => empty.Contains((table, c)))));
    }

    /// <summary>Columns that the script gives a table; empty when it does not speak of it.</summary>
    public IEnumerable<string> ColumnsOfTable(string table) =>
        Made().Matches(bare).Where(m => m.Groups["table"].Value == table).SelectMany(m => ColumnsOf(m.Groups["body"].Value).Keys).Concat(Added().Matches(bare).Where(m => m.Groups["table"].Value == table).Select(m => m.Groups["column"].Value));

    static bool TakesOver(Dictionary<string, string> columns, IReadOnlyCollection<string> old) =>
        old.Count > 0 && old.All(columns.ContainsKey) && columns.Where(c => !old.Contains(c.Key)).All(c => !AsksForValue(c.Value));

    static bool AsksForValue(string column) => column.Contains("NOT NULL", StringComparison.OrdinalIgnoreCase) && !column.Contains("DEFAULT", StringComparison.OrdinalIgnoreCase);

    static Dictionary<string, string> ColumnsOf(string body) =>
        Column().Matches(body).GroupBy(m => m.Groups["column"].Value).Where(g => g.Key is not ("UNIQUE" or "PRIMARY" or "CHECK" or "FOREIGN")).ToDictionary(g => g.Key, g => g.First().Value);

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"CREATE TABLE (IF NOT EXISTS )?(?<table>\w+)\s*\((?<body>([^()]|\([^()]*\))*)\)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Made();

    [GeneratedRegex(@"(?<=^|,)\s*(?<column>\w+)([^,()]|\([^()]*\))*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Column();

    [GeneratedRegex(@"ALTER TABLE (?<table>\w+) ADD COLUMN (?<column>\w+)[^;]*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Added();

    [GeneratedRegex(@"ALTER TABLE (?<made>\w+) RENAME TO (?<table>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Renamed();

    [GeneratedRegex(@"^DROP TABLE (?<table>\w+)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Dropped();

    [GeneratedRegex(@"^CREATE UNIQUE INDEX \w+ ON (?<table>\w+) \((?<columns>[^)]*)\)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Unique();

    [GeneratedRegex(@"^(CREATE TABLE |CREATE INDEX |ALTER TABLE \w+ ADD COLUMN |INSERT INTO |UPDATE |\{append_only:|(\{append_only:\w+\} ?)+$)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Adds();
}
