using System.Security.Cryptography;
using System.Text;
using Doseline.Cluster.Tests.Charts;
using Doseline.Local;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Npgsql;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>What somebody does before installing: databases with their roles, and secrets, by the scripts beside the chart.</summary>
public sealed class InstallationTests(Chart chart) : IClassFixture<Chart>
{
    [Fact]
    [Requirement("A179", "A248")]
    public async Task The_secrets_that_are_printed_are_those_that_the_chart_asks_for()
    {
        var passwords = Path.GetTempFileName();
        var (code, output, errors) = await Tool.RunAsync("bash", [Repository.At("charts", "secrets.sh")], null,
            ("DATABASE_HOST", "db;Port=5432"), ("BROKER_CONNECTION", "amqps://broker"), ("PASSWORDS", passwords));
        code.ShouldBe(0, errors);
        YamlDotNet.RepresentationModel.YamlStream stream = [];
        stream.Load(new StringReader(output));
        var printed = stream.Documents.Select(d => new Manifest((YamlDotNet.RepresentationModel.YamlMappingNode)d.RootNode)).ToDictionary(
            m => m.Name, m => ((YamlDotNet.RepresentationModel.YamlMappingNode)m.At("data")!).Children.ToDictionary(c => c.Key.ToString(), c => Encoding.UTF8.GetString(Convert.FromBase64String(c.Value.ToString())), StringComparer.Ordinal), StringComparer.Ordinal);

        List<(string Secret, string Key)> asked = [];
        foreach (var one in await chart.RenderAsync())
        {
            var settings = one.Kind is "Component" ? one.List("spec", "metadata").Select(m => m.At("secretKeyRef") is null ? null : m) : one.List("spec", "template", "spec", "containers").SelectMany(c => c.List("env")).Select(e => e.At("valueFrom", "secretKeyRef") is null ? null : e);
            foreach (var setting in settings.OfType<Manifest>())
            {
                string[] path = one.Kind is "Component" ? ["secretKeyRef"] : ["valueFrom", "secretKeyRef"];
                asked.Add((setting.Text([.. path, "name"]), setting.Text([.. path, "key"])));
            }

            foreach (var volume in one.List("spec", "template", "spec", "volumes").Where(v => v.At("secret") is not null))
                asked.AddRange(volume.List("secret", "items").Select(i => (volume.Text("secret", "secretName"), i.Text("key"))));
        }

        foreach (var (secret, key) in asked.Distinct()) (printed.TryGetValue(secret, out var keys) && keys.ContainsKey(key)).ShouldBeTrue($"{secret}: {key}");
        printed.SelectMany(p => p.Value.Select(k => (p.Key, k.Key))).ShouldBe(asked.Distinct(), ignoreOrder: true);
        foreach (var (_, pem) in printed["doseline-keys"])
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            key.KeySize.ShouldBe(256);
        }

        (await File.ReadAllLinesAsync(passwords)).Length.ShouldBe(Modules.All().Select(ServiceDescription.Of).Count(s => s.Database));
        File.Delete(passwords);
    }

    [Fact]
    public async Task The_schema_job_owns_the_database_and_the_service_can_neither_alter_nor_forget()
    {
        var server = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("DOSELINE_TEST_POSTGRES") ?? throw new InvalidOperationException("DOSELINE_TEST_POSTGRES names no server; tests/run.sh starts one."));
        // Roles are the server's, not the database's: a name of this run.
        var service = $"quality_{Guid.NewGuid():N}"[..24];
        var (code, output, errors) = await Tool.RunAsync("psql", [.. At(server), "--dbname", "postgres", "--quiet", "-v", $"service={service}", "-v", "password=one", "-v", "owner_password=two", "-f", Repository.At("charts", "databases.sql")]);
        code.ShouldBe(0, output + errors);
        try
        {
            NpgsqlConnectionStringBuilder role = new(server.ConnectionString) { Database = $"doseline_{service}", Username = $"doseline_{service}", Password = "one", Pooling = false };
            NpgsqlConnectionStringBuilder owner = new(role.ConnectionString) { Username = $"doseline_{service}_owner", Password = "two" };
            var (schema, schemaOutput, schemaErrors) = await Tool.RunAsync("dotnet", [Repository.Program("Quality"), "schema"], Path.GetTempPath(), ("ConnectionStrings__quality", owner.ConnectionString));
            schema.ShouldBe(0, schemaOutput + schemaErrors);

            await using var source = NpgsqlDataSource.Create(role.ConnectionString);
            await ExecuteAsync(source, "INSERT INTO locks (name, taken) VALUES ('a', 1)");
            await ExecuteAsync(source, "UPDATE locks SET taken = 2");
            foreach (var forbidden in new[] { "UPDATE audit SET reason = ''", "DELETE FROM audit", "TRUNCATE audit", "ALTER TABLE audit DISABLE TRIGGER ALL", "DROP TABLE audit", "CREATE TABLE mine (a TEXT)", "ALTER TABLE locks ADD COLUMN mine TEXT" })
                await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(source, forbidden), forbidden);
        }
        finally
        {
            await using var maintenance = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
            await ExecuteAsync(maintenance, $"DROP DATABASE IF EXISTS doseline_{service} WITH (FORCE)");
            await ExecuteAsync(maintenance, $"DROP ROLE IF EXISTS doseline_{service}; DROP ROLE IF EXISTS doseline_{service}_owner");
        }
    }

    static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
#pragma warning disable CA2100 // Statements of this test.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    static string[] At(NpgsqlConnectionStringBuilder server) =>
        ["--host", server.Host!, "--port", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--username", server.Username!];
}
