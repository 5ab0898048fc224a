using System.Text.RegularExpressions;
using Doseline.Cluster.Tests.Charts;
using Doseline.Testing;
using Npgsql;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>The way from an empty cluster to a running platform, taken from docs/operations.md as it stands, as far as no cluster is needed.</summary>
public sealed partial class InstructionTests
{
    static readonly string Page = File.ReadAllText(Repository.At("docs", "operations.md"));

    /// <summary>Brokers of the page's table.</summary>
    public static TheoryData<string> Brokers { get; } = [.. BrokerRow().Matches(Page).Select(m => m.Groups["name"].Value)];

    [Theory]
    [Requirement("A248")]
    [MemberData(nameof(Brokers))]
    public async Task Whoever_follows_the_page_has_secrets_databases_and_objects_that_fit_together(string broker)
    {
        var row = BrokerRow().Matches(Page).Single(m => m.Groups["name"].Value == broker);
        var folder = Directory.CreateTempSubdirectory("doseline-instructions-");
        NpgsqlConnectionStringBuilder server = new(Environment.GetEnvironmentVariable("DOSELINE_TEST_POSTGRES") ?? throw new InvalidOperationException("DOSELINE_TEST_POSTGRES names no server; tests/run.sh starts one."));
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "charts"), Repository.At("charts"));
            // Step 2.
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "my-values.yaml"), $"{Block("yaml", "defaults:")}\n{row.Groups["values"].Value}\n");

            // Step 3: kubectl keeps what it is given.
            await RunAsync($"""
                kubectl() (cp "$5" applied.yaml)
                {row.Groups["environment"].Value} {Block("sh", "DATABASE_HOST=")}
                """);
            File.Exists(Path.Combine(folder.FullName, "secrets.yaml")).ShouldBeFalse("it holds secrets");
            var secrets = InstallationTests.Printed(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "applied.yaml")));

            // Step 4, on the server that there is; names of services get this run's ending, for roles are the server's.
            var ending = Guid.NewGuid().ToString("N")[..8];
            var passwords = (await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "passwords"))).Select(l => l.Split(' ')).ToList();
            await File.WriteAllLinesAsync(Path.Combine(folder.FullName, "passwords"), passwords.Select(p => $"{p[0]}_{ending} {p[1]} {p[2]}"));
            await RunAsync(Block("sh", "charts/databases.sh").Replace("-h db.example.org -U postgres", $"-h {server.Host} -p {server.Port} -U {server.Username} -d postgres", StringComparison.Ordinal));
            await using var maintenance = NpgsqlDataSource.Create(server.ConnectionString);
            foreach (var service in passwords.Select(p => p[0]))
            {
                // The connection string of the secret names the database and the role that were made.
                NpgsqlConnectionStringBuilder connection = new(secrets[$"doseline-db-{service}"]["connection"]);
                (connection.Database, connection.Username).ShouldBe(($"doseline_{service}", $"doseline_{service}"));
                (connection.Host, connection.Port, connection.SslMode) = (server.Host, server.Port, SslMode.Prefer);
                (connection.Database, connection.Username, connection.Pooling) = ($"doseline_{service}_{ending}", $"doseline_{service}_{ending}", false);
                await using (var source = NpgsqlDataSource.Create(connection.ConnectionString))
                await using (var open = await source.OpenConnectionAsync()) open.Database.ShouldBe(connection.Database);
                await InstallationTests.DropAsync(maintenance, $"{service}_{ending}");
            }

            // Step 6: helm renders what it would install, and what is asked for is what was made.
            var install = Block("sh", "helm install doseline charts/doseline").Split('\n')[0];
            var files = ValuesFile().Matches(install).Select(m => Path.Combine(folder.FullName, m.Groups["file"].Value)).ToList();
            files.Count.ShouldBe(2);
            var rendering = await Chart.HelmAsync([.. files.SelectMany(f => new[] { "-f", f })]);
            rendering.Objects.Single(o => o.Kind is "Component").Text("spec", "type").ShouldContain(broker.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant());
            InstallationTests.Asked(rendering.Objects).Where(a => !(secrets.TryGetValue(a.Secret, out var keys) && keys.ContainsKey(a.Key))).ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task RunAsync(string script)
        {
            var (code, output, errors) = await Tool.RunAsync("bash", ["-euc", script], folder.FullName);
            code.ShouldBe(0, script + output + errors);
        }
    }

    [Fact]
    public void The_page_names_every_broker_that_the_chart_knows() => Brokers.Count.ShouldBe(4);

    // The fenced block of a language that begins with these words, without the list's indentation.
    static string Block(string language, string beginning) => Fenced().Matches(Page).Where(m => m.Groups["language"].Value == language).Select(m => Indentation().Replace(m.Groups["text"].Value, "").Trim('\n'))
        .First(text => text.Contains(beginning, StringComparison.Ordinal));

    [GeneratedRegex(@"^   \| (?<name>RabbitMQ|Redis|Kafka|Service Bus) \| `(?<values>[^`]+)`[^|]*\| `(?<environment>[^`]+)` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex BrokerRow();

    [GeneratedRegex("^   ```(?<language>[a-z]+)\n(?<text>.*?)^   ```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fenced();

    [GeneratedRegex("^   ", RegexOptions.Multiline)]
    private static partial Regex Indentation();

    [GeneratedRegex("-f (?<file>[^ ]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex ValuesFile();
}
