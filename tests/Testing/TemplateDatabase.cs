using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using Doseline.Local;
using Doseline.Platform.Hosting;
using Npgsql;

namespace Doseline.Testing;

/// <summary>A database of each service with its schema in it and nothing else, to copy: made once a server, by the platform's own schema runner.</summary>
static class TemplateDatabase
{
    // Any number that nothing else locks on the server of the tests.
    const long MakingOne = 0x54454D504C415445;

    static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Made = new(StringComparer.Ordinal);

    /// <summary>Name of the template; it is made when the server has none of this schema.</summary>
    /// <param name="service">The service.</param>
    /// <param name="server">Connection string of the maintenance database.</param>
    public static Task<string> OfAsync(string service, string server) => Made.GetOrAdd(service, _ => new(() => MakeAsync(service, server))).Value;

    static async Task<string> MakeAsync(string service, string server)
    {
        var module = Modules.All().Single(m => m.Name == service);
        var name = $"template_{service}_{Fingerprint(service, typeof(ServiceModule).Assembly, module.GetType().Assembly)}";
        // The lock ends with the session, and a session that goes back to a pool lives on there: for minutes, while every other suite waits.
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ToString());
        await connection.OpenAsync();
        // Suites in other processes want the same one: the first makes it, the others wait here.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({MakingOne})");
        await using NpgsqlCommand look = new($"SELECT count(*) FROM pg_database WHERE datname = '{name}'", connection);
        if (await look.ExecuteScalarAsync() is not 0L) return name;

        // Half a template never bears its name.
        var draft = $"{name}_draft";
        await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {draft} WITH (FORCE)");
        await ExecuteAsync(connection, $"CREATE DATABASE {draft}");
        var database = new NpgsqlConnectionStringBuilder(server) { Database = draft, Pooling = false }.ToString();
        await using (var host = PlatformHost.Build([$"--ConnectionStrings:{service}={database}"], [module])) await PlatformHost.ApplySchemasAsync(host.Services);
        await ExecuteAsync(connection, $"ALTER DATABASE {draft} RENAME TO {name}");
        return name;
    }

    // Another schema is another template, on a server that outlives a build.
    static string Fingerprint(string service, params Assembly[] assemblies)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var assembly in assemblies)
        {
            foreach (var script in assembly.GetManifestResourceNames().Where(n => n.StartsWith("schema/kernel/", StringComparison.Ordinal) || n.StartsWith($"schema/{service}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                using MemoryStream text = new();
                using (var resource = assembly.GetManifestResourceStream(script)!) resource.CopyTo(text);
                hash.AppendData(text.ToArray());
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Names are made here, of letters and digits.
        // The lock is waited for while another process makes a template, which on a machine with much else to do takes its time.
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 300 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
