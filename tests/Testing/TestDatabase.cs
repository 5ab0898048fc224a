using Doseline.Platform.Auth;
using Npgsql;

namespace Doseline.Testing;

/// <summary>
/// Databases for one test: SQLite files in a fresh folder, or, with <c>DOSELINE_TEST_DATABASE=postgres</c>, fresh databases on the
/// PostgreSQL that <c>DOSELINE_TEST_POSTGRES</c> names; with <c>postgres:orders,quality</c> for those services alone, which is much quicker.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    static readonly string[] Services = ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste", "identity", "gateway"];
    readonly List<string> databases = [];

    TestDatabase(string folder) => Folder = folder;

    /// <summary>True when the tests of this run use PostgreSQL.</summary>
    public static bool UsesPostgres => Wanted is ["postgres", ..];

    static string[] Wanted => (Environment.GetEnvironmentVariable("DOSELINE_TEST_DATABASE") ?? "").Split(':', 2);

    /// <summary>Folder for files and keys of this test.</summary>
    public string Folder { get; }

    /// <summary>Configuration that points the platform here.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>Makes the databases.</summary>
    /// <param name="postgres">True for every service on PostgreSQL, false for none; null follows the environment.</param>
    /// <param name="empty">True for databases without a schema on PostgreSQL: for tests of what puts one there.</param>
    /// <param name="only">The services that are needed, where that is not all.</param>
    public static async Task<TestDatabase> CreateAsync(bool? postgres = null, bool empty = false, params string[] only)
    {
        var test = new TestDatabase(Directory.CreateTempSubdirectory("doseline-").FullName);
        test.Settings["Keys:Directory"] = Path.Combine(test.Folder, "keys");
        test.Settings["Data:Directory"] = test.Folder;
        // A test that kills no power need not wait for the disk.
        test.Settings["Data:SqliteSynchronous"] = "OFF";
        // Most tests are not about signing in: they make the caller they need.
        test.Settings[DevelopmentTokens.Setting] = "true";
        // Hashing passwords slowly protects people; tests have none to protect.
        test.Settings["Identity:HashIterations"] = "1000";
        if (postgres ?? UsesPostgres)
        {
            var services = only is not [] ? only : postgres is null && Wanted is [_, var some] ? some.Split(',') : Services;
            await using NpgsqlConnection server = new(Server());
            await server.OpenAsync();
            foreach (var service in services) test.Settings[$"ConnectionStrings:{service}"] = await test.CreateDatabaseAsync(server, service, empty ? "template1" : await TemplateDatabase.OfAsync(service, Server()));
        }

        return test;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (databases is not [])
        {
            NpgsqlConnection.ClearAllPools();
            await using var server = new NpgsqlConnection(Server());
            await server.OpenAsync();
            foreach (var name in databases)
            {
                await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", server);
                await drop.ExecuteNonQueryAsync();
            }
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    static string Server() => Environment.GetEnvironmentVariable("DOSELINE_TEST_POSTGRES")
        ?? throw new InvalidOperationException("DOSELINE_TEST_POSTGRES names no server; tests/run.sh starts one.");

    async Task<string> CreateDatabaseAsync(NpgsqlConnection server, string service, string template)
    {
        var name = $"t_{service}_{Guid.NewGuid():N}";
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", server);
        await create.ExecuteNonQueryAsync();
        databases.Add(name);
        return new NpgsqlConnectionStringBuilder(Server()) { Database = name, MaxPoolSize = 20 }.ToString();
    }
}
