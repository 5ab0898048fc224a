using System.Text.RegularExpressions;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>What lets an old and a new version run side by side: a script after the first only adds, so that whoever does not know of it is not disturbed.</summary>
public sealed partial class SchemaTests
{
    static IEnumerable<string> Scripts() => Directory.EnumerateFiles(Repository.At("services"), "*.sql", SearchOption.AllDirectories)
        .Where(f => f.Contains($"{Path.DirectorySeparatorChar}Schema{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    // Before the log facts were pushed, and a version of then would write where nobody reads.
    static readonly string[] DoNotRoll = ["004_facts.sql"];

    [Fact]
    [Requirement("A243")]
    public void Scripts_after_the_first_only_add()
    {
        foreach (var script in DoNotRoll) File.ReadAllText(Repository.At("docs", "operations.md")).ShouldContain($"{script}`) does not roll");
        var broken =
            from file in Scripts()
            where !Path.GetFileName(file).StartsWith("001_", StringComparison.Ordinal) && !DoNotRoll.Contains(Path.GetFileName(file))
            from statement in Statements(File.ReadAllText(file))
            where !OnlyAdds(statement)
            select $"{Path.GetFileName(file)}: {statement}";
        broken.ShouldBeEmpty("an old version would not run on it: make it two releases, the first of which adds");
    }

    [Theory]
    [Requirement("A243")]
    [InlineData("CREATE TABLE t (a TEXT NOT NULL)", true)]
    [InlineData("CREATE UNIQUE INDEX i ON t (a)", false)]
    [InlineData("CREATE INDEX i ON t (a)", true)]
    [InlineData("ALTER TABLE t ADD COLUMN b TEXT", true)]
    [InlineData("ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT ''", true)]
    [InlineData("ALTER TABLE t ADD COLUMN b TEXT NOT NULL", false)]
    [InlineData("ALTER TABLE t DROP COLUMN b", false)]
    [InlineData("ALTER TABLE t RENAME TO u", false)]
    [InlineData("DROP TABLE t", false)]
    [InlineData("UPDATE t SET a = 1", true)]
    [InlineData("{append_only:t}", true)]
    public void A_statement_adds_when_an_old_version_need_not_know_of_it(string statement, bool adds) => OnlyAdds(statement).ShouldBe(adds);

    static IEnumerable<string> Statements(string sql)
    {
        var bare = Comment().Replace(sql, "");
        // A table that the same script makes may have what constraints it likes: no old version writes to it.
        var made = Made().Matches(bare).Select(m => m.Groups["table"].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return bare.Split(';').Select(s => Space().Replace(s, " ").Trim()).Where(s => s.Length > 0 && !(Unique().Match(s) is { Success: true } unique && made.Contains(unique.Groups["table"].Value)));
    }

    static bool OnlyAdds(string statement) => Adds().IsMatch(statement) && !(statement.Contains("NOT NULL", StringComparison.OrdinalIgnoreCase)
        && statement.StartsWith("ALTER", StringComparison.OrdinalIgnoreCase) && !statement.Contains("DEFAULT", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"CREATE TABLE (IF NOT EXISTS )?(?<table>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Made();

    [GeneratedRegex(@"^CREATE UNIQUE INDEX \w+ ON (?<table>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Unique();

    [GeneratedRegex(@"^(CREATE TABLE |CREATE INDEX |ALTER TABLE \w+ ADD COLUMN |INSERT INTO |UPDATE |\{append_only:|(\{append_only:\w+\} ?)+$)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Adds();
}
