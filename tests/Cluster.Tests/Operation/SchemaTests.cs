using Doseline.Testing;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>What lets an old and a new version run side by side: a script after the first only adds, so that whoever does not know of it is not disturbed.</summary>
public sealed class SchemaTests
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
            from statement in new SchemaScript(File.ReadAllText(file), table => Before(file, table)).Breaking()
            select $"{Path.GetFileName(file)}: {statement}";
        broken.ShouldBeEmpty("an old version would not run on it: make it two releases, the first of which adds");
    }

    [Theory]
    [Requirement("A243")]
    [InlineData("CREATE TABLE t (a TEXT NOT NULL)", true)]
    [InlineData("CREATE UNIQUE INDEX i ON t (a)", false)]
    [InlineData("CREATE TABLE n (a TEXT); CREATE UNIQUE INDEX i ON n (a)", true)]
    [InlineData("CREATE INDEX i ON t (a)", true)]
    [InlineData("ALTER TABLE t ADD COLUMN c TEXT", true)]
    [InlineData("ALTER TABLE t ADD COLUMN c TEXT NOT NULL DEFAULT ''", true)]
    [InlineData("ALTER TABLE t ADD COLUMN c TEXT NOT NULL", false)]
    [InlineData("ALTER TABLE t ADD COLUMN c TEXT; CREATE UNIQUE INDEX i ON t (a, c)", true)]
    [InlineData("ALTER TABLE t ADD COLUMN c TEXT NOT NULL DEFAULT ''; CREATE UNIQUE INDEX i ON t (a, c)", false)]
    [InlineData("ALTER TABLE t DROP COLUMN b", false)]
    [InlineData("ALTER TABLE t RENAME TO u", false)]
    [InlineData("DROP TABLE t", false)]
    [InlineData("CREATE TABLE n (a TEXT NOT NULL, b TEXT, c TEXT, UNIQUE (a, c)); INSERT INTO n (a, b) SELECT a, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t; CREATE UNIQUE INDEX i ON t (a)", true)]
    [InlineData("CREATE TABLE n (a TEXT, c TEXT); INSERT INTO n (a) SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t", false)]
    [InlineData("CREATE TABLE n (a TEXT, b TEXT, c TEXT NOT NULL); INSERT INTO n (a, b, c) SELECT a, b, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t", false)]
    [InlineData("UPDATE t SET a = 1", true)]
    [InlineData("{append_only:t}", true)]
    public void A_statement_adds_when_an_old_version_need_not_know_of_it(string script, bool adds) =>
        (new SchemaScript(script, table => table is "t" ? ["a", "b"] : []).Breaking() is []).ShouldBe(adds);

    // What the scripts before one of a service gave a table.
    static List<string> Before(string file, string table) =>
        [.. Directory.EnumerateFiles(Path.GetDirectoryName(file)!, "*.sql").Where(f => string.CompareOrdinal(Path.GetFileName(f), Path.GetFileName(file)) < 0).SelectMany(f => new SchemaScript(File.ReadAllText(f), _ => []).ColumnsOfTable(table))];
}
