using System.Data.Common;
using System.Reflection;
using System.Text.RegularExpressions;
using Doseline.Kernel.Signing;
using Doseline.Platform.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Doseline.Platform.Data;

/// <summary>Applies the plain SQL scripts of a service's schema, once each, in order, under a lock, with a checksum.</summary>
public sealed partial class SchemaRunner(TimeProvider clock, WriteGates gates, DatabaseOptions options, ILogger<SchemaRunner> log)
{
    // Any number that no other program uses for an advisory lock in the same database.
    const long AdvisoryLock = 0x446F73656C696E65;

    // A SQLite file has one process.
    const string PostgresOnly = ".postgres.sql";

    readonly Lazy<List<SchemaScript>> kernel = new(() => [.. Scripts(typeof(SchemaRunner).Assembly, "kernel")]);

    /// <summary>Brings a database up to date. A context of it, and with that its model, is asked for only where rights are granted.</summary>
    /// <exception cref="SchemaException">A script that was applied has since been edited, or the database is ahead of this version.</exception>
    public async Task ApplyAsync(ServiceDatabase database, Func<ServiceDb> context, CancellationToken cancel)
    {
        List<SchemaScript> scripts = [.. kernel.Value, .. Scripts(database.Type.Assembly, database.Service)];
        var sqlite = options.IsSqlite(database.Service);
        if (sqlite) scripts.RemoveAll(s => s.Name.EndsWith(PostgresOnly, StringComparison.Ordinal));
        if (options.OwnerOf(database.Service) is { } owner && !sqlite) await ApplyAsOwnerAsync(owner, scripts, context(), cancel);
        else await ApplyAsync(database.Service, scripts, sqlite, cancel);
    }

    async Task ApplyAsync(string service, List<SchemaScript> scripts, bool sqlite, CancellationToken cancel)
    {
        using var turn = sqlite ? await options.EnterAsync(service, gates, cancel) : null;
        await using var connection = await options.OpenAsync(service, cancel);
        // WAL lets readers go on while one writes; it is a property of the file and stays.
        if (sqlite) await ExecuteAsync(connection, "PRAGMA journal_mode = WAL;", cancel);
        // A role that may not change the schema need not, as long as nothing is left to apply.
        if (await IsCurrentAsync(connection, scripts, sqlite, cancel)) return;
        if (sqlite) await TransactAsync(connection, "BEGIN IMMEDIATE", () => ApplyAsync(connection, scripts, sqlite: true, cancel), cancel);
        else await TransactAsync(connection, "BEGIN", () => LockedAsync(connection, scripts, cancel), cancel);
    }

    async Task ApplyAsOwnerAsync(string owner, List<SchemaScript> scripts, ServiceDb db, CancellationToken cancel)
    {
        await using NpgsqlConnection connection = new(owner);
        await connection.OpenAsync(cancel);
        var role = new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString()).Username!;
        await TransactAsync(connection, "BEGIN", async () =>
        {
            await LockedAsync(connection, scripts, cancel);
            if (role != connection.UserName) await ExecuteAsync(connection, Grants(db, scripts, role), cancel);
        }, cancel);
    }

    async Task LockedAsync(DbConnection connection, List<SchemaScript> scripts, CancellationToken cancel)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancel);
        await ApplyAsync(connection, scripts, sqlite: false, cancel);
    }

    static async Task TransactAsync(DbConnection connection, string begin, Func<Task> work, CancellationToken cancel)
    {
        await ExecuteAsync(connection, begin, cancel);
        try
        {
            await work();
            await ExecuteAsync(connection, "COMMIT", cancel);
        }
        catch
        {
            await ExecuteAsync(connection, "ROLLBACK", CancellationToken.None);
            throw;
        }
    }

    static async Task<bool> IsCurrentAsync(DbConnection connection, List<SchemaScript> scripts, bool sqlite, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sqlite ? "SELECT count(*) FROM sqlite_master WHERE name = 'schema_scripts'" : "SELECT count(to_regclass('schema_scripts'))";
        if (await command.ExecuteScalarAsync(cancel) is not 1L) return false;
        var applied = await AppliedAsync(connection, cancel);
        return scripts.All(s => applied.TryGetValue(s.Name, out var checksum) && checksum == s.Checksum);
    }

    // What the service needs to work, and nothing that could alter what is written once: its tables belong to the owner, triggers and all.
    static string Grants(ServiceDb db, List<SchemaScript> scripts, string role)
    {
        var to = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var written = string.Join(", ", scripts.SelectMany(s => AppendOnly().Matches(s.Sql)).Select(m => m.Groups["table"].Value));
        var records = string.Join(", ", AuditedTable.Of(db).Keys);
        return $"""
            GRANT USAGE ON SCHEMA public TO {to};
            REVOKE CREATE ON SCHEMA public FROM {to};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {to};
            GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to};
            REVOKE UPDATE, DELETE ON {written} FROM {to};
            REVOKE DELETE ON {records} FROM {to};
            REVOKE INSERT, UPDATE, DELETE ON schema_scripts FROM {to};
            """;
    }

    async Task ApplyAsync(DbConnection connection, List<SchemaScript> scripts, bool sqlite, CancellationToken cancel)
    {
        await ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS schema_scripts (name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, time BIGINT NOT NULL)", cancel);
        var applied = await AppliedAsync(connection, cancel);
        foreach (var script in scripts)
        {
            if (applied.TryGetValue(script.Name, out var checksum))
            {
                if (!string.Equals(checksum, script.Checksum, StringComparison.Ordinal))
                    throw new SchemaException($"Schema script {script.Name} was edited after it was applied: {checksum} is recorded, {script.Checksum} is in this version.");
                continue;
            }

            await ExecuteAsync(connection, Dialect(script.Sql, sqlite), cancel);
            await ExecuteAsync(connection, $"INSERT INTO schema_scripts (name, checksum, time) VALUES ('{script.Name}', '{script.Checksum}', {clock.GetUtcNow().UtcTicks})", cancel);
            log.LogInformation("Applied schema script {Script}", script.Name);
        }
    }

    static string Dialect(string sql, bool sqlite) => JsonField().Replace(
        AppendOnly().Replace(
            sql.Replace("{identity}", sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", StringComparison.Ordinal),
            word => AppendOnly(word.Groups["table"].Value, sqlite)),
        sqlite ? "json_extract(${column}, '$$.${name}')" : "(CAST(${column} AS json) ->> '${name}')");

    static string AppendOnly(string table, bool sqlite) => sqlite
        ? $"""
            CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
            CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
            """
        : $"""
            CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $body$;
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
            """;

    [GeneratedRegex(@"\{append_only:(?<table>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AppendOnly();

    [GeneratedRegex(@"\{json:(?<column>\w+):(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonField();

    static async Task<Dictionary<string, string>> AppliedAsync(DbConnection connection, CancellationToken cancel)
    {
        Dictionary<string, string> applied = new(StringComparer.Ordinal);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, checksum FROM schema_scripts";
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Scripts are embedded in this assembly; names and checksums are made here.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancel);
    }

    internal static IEnumerable<SchemaScript> Scripts(Assembly assembly, string service)
    {
        var prefix = $"schema/{service}/";
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            yield return new SchemaScript(resource["schema/".Length..], sql, Digest.Of(sql));
        }
    }
}

/// <summary>One script of a schema.</summary>
/// <param name="Name">For example <c>orders/001_orders.sql</c>.</param>
/// <param name="Sql">Its text.</param>
/// <param name="Checksum">Lower-case hex SHA-256 of the text.</param>
sealed record SchemaScript(string Name, string Sql, string Checksum);

/// <summary>The database and this version do not belong together.</summary>
public sealed class SchemaException(string message) : Exception(message);
