using System.Security.Cryptography;
using System.Text;
using Doseline.Cluster.Tests.Charts;
using Doseline.Local;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Npgsql;
using YamlDotNet.RepresentationModel;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>What somebody does before installing: databases with their roles, and secrets, by the scripts beside the chart.</summary>
public sealed class InstallationTests
{
    [Theory]
    [Requirement("A179", "A248")]
    [InlineData("rabbitmq", "BROKER_CONNECTION=amqps://broker")]
    [InlineData("servicebus", "BROKER_CONNECTION=Endpoint=sb://broker")]
    [InlineData("kafka", "BROKER_USERNAME=u BROKER_PASSWORD=p", "pubsub.kafka.brokers=k:9093")]
    [InlineData("kafka", "", "pubsub.kafka.brokers=k:9093", "pubsub.kafka.authentication=none")]
    [InlineData("redis", "BROKER_PASSWORD=p", "pubsub.redis.host=r:6379")]
    [InlineData("redis", "", "pubsub.redis.host=r:6379", "pubsub.redis.password=false")]
    public async Task The_secrets_that_are_printed_are_those_that_the_chart_asks_for(string broker, string told, params string[] settings)
    {
        var passwords = Path.GetTempFileName();
        var environment = told.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split('=', 2)).Select(t => (t[0], t[1]));
        var (code, output, errors) = await Tool.RunAsync("bash", [Repository.At("charts", "secrets.sh")], null,
            [("DATABASE_HOST", "db;Port=5432"), ("BROKER", broker), ("PASSWORDS", passwords), .. environment]);
        code.ShouldBe(0, errors);
        var printed = Printed(output);
        var asked = Asked(await Chart.RenderAsync("", [$"pubsub.broker={broker}", .. settings]));
        printed.SelectMany(p => p.Value.Select(k => (p.Key, k.Key))).ShouldBe(asked, ignoreOrder: true);
        foreach (var (_, pem) in printed["doseline-keys"])
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            key.KeySize.ShouldBe(256);
        }

        foreach (var (name, half) in printed["doseline-keys"].Where(k => k.Key.EndsWith(".pub", StringComparison.Ordinal)))
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(printed["doseline-keys"][Path.ChangeExtension(name, ".pem")]);
            half.Trim().ShouldBe(key.ExportSubjectPublicKeyInfoPem(), name);
        }

        foreach (var (secret, files) in printed.Where(p => p.Key.StartsWith("doseline-silo-", StringComparison.Ordinal))) await TakenAsSiloAsync(secret, files);
        (await File.ReadAllLinesAsync(passwords)).Length.ShouldBe(Modules.All().Select(ServiceDescription.Of).Count(s => s.Database));
        File.Delete(passwords);
    }

    // A silo that is given it starts with it, or says why not.
    static async Task TakenAsSiloAsync(string secret, Dictionary<string, string> files)
    {
        var folder = Directory.CreateTempSubdirectory("doseline-silo-");
        foreach (var (file, text) in files) await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), text);
        var service = secret["doseline-silo-".Length..];
        await using var host = PlatformHost.Build(
        [
            $"--ConnectionStrings:{service}=Host=127.0.0.1;Database=x", "--Cluster:Address=127.0.0.1", "--Cluster:Tls:Certificate=" + Path.Combine(folder.FullName, "tls.crt"),
            "--Cluster:Tls:Key=" + Path.Combine(folder.FullName, "tls.key"), "--Cluster:Tls:Authorities=" + Path.Combine(folder.FullName, "ca.crt"),
        ], [Modules.All().Single(m => m.Name == service)]);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_example_of_a_vault_fetches_every_secret_that_the_chart_asks_for()
    {
        var objects = await Chart.RenderAsync("examples/external-secrets.yaml");
        var fetched = objects.Where(o => o.Kind is "ExternalSecret").SelectMany(o => o.List("spec", "data").Select(d => (o.Text("spec", "target", "name"), d.Text("secretKey"))));
        fetched.ShouldBe(Asked(objects), ignoreOrder: true);
    }

    [Theory]
    [InlineData("", "BROKER: is one of")]
    [InlineData("BROKER=nats", "BROKER is nats; it is one of")]
    [InlineData("BROKER=rabbitmq", "BROKER_CONNECTION: is what rabbitmq is reached with")]
    [InlineData("BROKER=kafka BROKER_USERNAME=u", "BROKER_PASSWORD: is missing beside BROKER_USERNAME")]
    public async Task Secrets_of_which_something_is_not_said_are_not_printed(string told, string sentence)
    {
        var environment = told.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split('=', 2)).Select(t => (t[0], t[1]));
        var (code, output, errors) = await Tool.RunAsync("bash", [Repository.At("charts", "secrets.sh")], Path.GetTempPath(), [("DATABASE_HOST", "db"), .. environment]);
        code.ShouldNotBe(0);
        output.ShouldBeEmpty();
        errors.ShouldContain(sentence);
    }

    [Fact]
    public async Task Databases_are_made_and_made_again_and_one_that_fails_is_named_and_its_password_kept()
    {
        NpgsqlConnectionStringBuilder server = new(Server);
        var (first, second) = ($"a_{Guid.NewGuid():N}"[..20], $"b_{Guid.NewGuid():N}"[..20]);
        var passwords = Path.GetTempFileName();
        await using var maintenance = NpgsqlDataSource.Create(server.ConnectionString);
        try
        {
            await File.WriteAllTextAsync(passwords, $"{first} two\\ three\n{second} three four\n");
            var (code, output, errors) = await RunAsync();
            code.ShouldBe(1, output + errors);
            errors.ShouldContain($"Not made: {first}.");
            output.ShouldContain("1 databases are there");
            File.Exists(passwords).ShouldBeTrue();

            await File.WriteAllTextAsync(passwords, $"{first} one two\n{second} five six\n");
            (code, output, errors) = await RunAsync();
            code.ShouldBe(0, output + errors);
            errors.ShouldBeEmpty();
            output.ShouldContain("2 databases are there");
            File.Exists(passwords).ShouldBeFalse("passwords are nobody's business any more");
        }
        finally
        {
            File.Delete(passwords);
            foreach (var service in new[] { first, second }) await DropAsync(maintenance, service);
        }

        Task<(int Code, string Output, string Errors)> RunAsync() => Tool.RunAsync("bash", [Repository.At("charts", "databases.sh"), passwords, .. At(server), "--dbname", "postgres"]);
    }

    [Fact]
    public async Task The_schema_job_owns_the_database_and_the_service_can_neither_alter_nor_forget()
    {
        NpgsqlConnectionStringBuilder server = new(Server);
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
            await using var maintenance = NpgsqlDataSource.Create(server.ConnectionString);
            await DropAsync(maintenance, service);
        }
    }

    static string Server => new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("DOSELINE_TEST_POSTGRES") ?? throw new InvalidOperationException("DOSELINE_TEST_POSTGRES names no server; tests/run.sh starts one."))
        { Database = "postgres", Pooling = false }.ConnectionString;

    internal static async Task DropAsync(NpgsqlDataSource maintenance, string service)
    {
        await ExecuteAsync(maintenance, $"DROP DATABASE IF EXISTS doseline_{service} WITH (FORCE)");
        await ExecuteAsync(maintenance, $"DROP ROLE IF EXISTS doseline_{service}; DROP ROLE IF EXISTS doseline_{service}_owner");
    }

    // What stands in the printed manifests: by secret, by key.
    internal static Dictionary<string, Dictionary<string, string>> Printed(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return stream.Documents.Select(d => new Manifest((YamlMappingNode)d.RootNode)).ToDictionary(
            m => m.Name, m => ((YamlMappingNode)m.At("data")!).Children.ToDictionary(c => c.Key.ToString(), c => Encoding.UTF8.GetString(Convert.FromBase64String(c.Value.ToString())), StringComparer.Ordinal), StringComparer.Ordinal);
    }

    // Keys of secrets that objects name.
    internal static IReadOnlyList<(string Secret, string Key)> Asked(IReadOnlyList<Manifest> objects)
    {
        List<(string, string)> asked = [];
        foreach (var one in objects)
        {
            asked.AddRange(one.List("spec", "metadata").Where(m => m.At("secretKeyRef") is not null).Select(m => (m.Text("secretKeyRef", "name"), m.Text("secretKeyRef", "key"))));
            asked.AddRange(one.List("spec", "template", "spec", "containers").SelectMany(c => c.List("env")).Where(e => e.At("valueFrom", "secretKeyRef") is not null)
                .Select(e => (e.Text("valueFrom", "secretKeyRef", "name"), e.Text("valueFrom", "secretKeyRef", "key"))));
            foreach (var volume in one.List("spec", "template", "spec", "volumes").Where(v => v.At("secret") is not null))
                asked.AddRange(volume.List("secret", "items").Select(i => (volume.Text("secret", "secretName"), i.Text("key"))));
        }

        return [.. asked.Distinct()];
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
