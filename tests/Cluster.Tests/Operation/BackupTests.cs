using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Operation;
using Doseline.Local.Simulation;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Npgsql;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>Backup and restore as docs/operations.md says: a dump of each database, restored beside the old one, verified, and worked on.</summary>
public sealed class BackupTests
{
    [Clause("21 CFR 11.10(c)", "Annex 11 7.2", "Annex 11 17")]
    [Fact]
    [Requirement("A003")]
    public async Task What_is_restored_verifies_and_goes_on_where_it_stood_and_what_was_altered_is_found()
    {
        var input = DayFiles.Read(Repository.At("samples", "day"));
        await using var databases = await TestDatabase.CreateAsync(postgres: true);
        await using var others = await TestDatabase.CreateAsync(postgres: true, empty: true);
        var dumps = Directory.CreateTempSubdirectory("doseline-backup-").FullName;
        List<Standing> before;
        await using (var platform = await SimulatedPlatform.StartAsync(input.Start, databases.Settings))
        {
            await EnterAsync(input, platform);
            before = await StandingsAsync(platform.Services);
        }

        foreach (var (name, connection) in Connections(databases))
        {
            await PostgresAsync("pg_dump", connection, "--format=custom", $"--file={Path.Combine(dumps, name)}");
            await PostgresAsync("pg_restore", Connections(others).Single(c => c.Name == name).Connection, "--exit-on-error", "--no-owner", Path.Combine(dumps, name));
        }

        // The keys are restored with the databases: without them nobody could verify what was signed.
        Copy(databases.Settings["Keys:Directory"], others.Settings["Keys:Directory"]);
        // Before anybody works on it.
        var after = (await DatabaseCheck.RunAsync([.. others.Settings.Select(s => $"--{s.Key}={s.Value}")], default)).Select(Of).ToList();
        after.ShouldBe(before);
        after.ShouldAllBe(s => s.Findings == "");
        after.Sum(s => s.AuditRows).ShouldBeGreaterThan(50);
        await using (var restored = await SimulatedPlatform.StartAsync(input.Start, others.Settings))
        {
            // The same day's master data again: every request id is known, so nothing is doubled. Identity gives a new one-time password at every
            // start until somebody has signed in.
            await EnterAsync(input, restored);
            (await StandingsAsync(restored.Services)).Where(s => s.Service is not "identity").ShouldBe(before.Where(s => s.Service is not "identity"));

            await AlterAsync(Connections(others).Single(c => c.Name == "inventory").Connection);
            (await StandingsAsync(restored.Services)).Single(s => s.Service == "inventory").Findings.ShouldNotBeEmpty();
        }

        Directory.Delete(dumps, recursive: true);
    }

    static async Task EnterAsync(DayInput input, SimulatedPlatform platform)
    {
        DayKeys keys = new(input.Seed);
        await new DaySetup(input, new DayPeople(platform, keys, null), keys).EnterAsync();
        await platform.SettleAsync();
    }

    static async Task<List<Standing>> StandingsAsync(IServiceProvider services) =>
        [.. (await DatabaseCheck.OfAsync(services, _ => true, default)).Select(Of)];

    static Standing Of(DatabaseStanding s) => new(s.Service, s.Messages, s.AuditRows, string.Join('\n', s.Findings));

    // As somebody would who owns the database and gets past its triggers.
    static async Task AlterAsync(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var alter = source.CreateCommand("""
            ALTER TABLE audit DISABLE TRIGGER ALL;
            UPDATE audit SET reason = 'nothing happened' WHERE seq = (SELECT min(seq) FROM audit);
            ALTER TABLE audit ENABLE TRIGGER ALL;
            """);
        (await alter.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    static IEnumerable<(string Name, string Connection)> Connections(TestDatabase databases) =>
        databases.Settings.Where(s => s.Key.StartsWith("ConnectionStrings:", StringComparison.Ordinal)).Select(s => (s.Key["ConnectionStrings:".Length..], s.Value));

    static async Task PostgresAsync(string program, string connection, params string[] arguments)
    {
        NpgsqlConnectionStringBuilder at = new(connection);
        var bin = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/" : "";
        var (code, output, errors) = await Tool.RunAsync(bin + program,
            ["--host", at.Host!, "--port", at.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--username", at.Username!, "--dbname", at.Database!, .. arguments]);
        code.ShouldBe(0, output + errors);
    }

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    sealed record Standing(string Service, MessageCounts Messages, long AuditRows, string Findings);
}
