using System.Text.RegularExpressions;
using Doseline.Local;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Npgsql;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>Queries that runbooks give to tired people run as they stand.</summary>
public sealed partial class RunbookQueryTests
{
    [Fact]
    public async Task Every_query_of_a_runbook_runs_on_the_database_of_a_service()
    {
        await using var databases = await TestDatabase.CreateAsync(postgres: true);
        await using (var host = PlatformHost.Build([.. databases.Settings.Select(s => $"--{s.Key}={s.Value}")], Modules.All())) await PlatformHost.ApplySchemasAsync(host.Services);
        var queries = Directory.EnumerateFiles(Repository.At("docs", "runbooks"), "*.md").SelectMany(f => Query().Matches(File.ReadAllText(f)).Select(m => (Page: Path.GetFileName(f), Sql: m.Groups["sql"].Value))).ToList();
        queries.Count.ShouldBeGreaterThan(5);
        foreach (var (page, sql) in queries)
        {
            // "…" stands for what the person at hand knows.
            var whole = sql.Replace("…now…", "0", StringComparison.Ordinal).Replace("= …", "= ''", StringComparison.Ordinal);
            List<string> faults = [];
            foreach (var connection in databases.Settings.Where(s => s.Key.StartsWith("ConnectionStrings:", StringComparison.Ordinal)))
            {
                await using var source = NpgsqlDataSource.Create(connection.Value);
#pragma warning disable CA2100 // The text is a page of this repository.
                await using var command = source.CreateCommand(whole);
#pragma warning restore CA2100
                try
                {
                    await command.ExecuteNonQueryAsync();
                }
                catch (PostgresException fault)
                {
                    faults.Add($"{connection.Key}: {fault.MessageText}");
                }
            }

            faults.Count.ShouldBeLessThan(databases.Settings.Count(s => s.Key.StartsWith("ConnectionStrings:", StringComparison.Ordinal)), $"{page}: {whole}\n{string.Join('\n', faults)}");
        }
    }

    [GeneratedRegex("`(?<sql>SELECT [^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Query();
}
