using System.Data.Common;
using Npgsql;

namespace Doseline.Load.Stage;

/// <summary>PostgreSQL on a socket, its databases named after service and platform.</summary>
/// <param name="host">Folder of the socket.</param>
/// <param name="pid">Its first process.</param>
sealed class PostgresStore(string host, int pid) : Store, IAsyncDisposable
{
    // The platforms' role; the driver looks on as another, so that what it asks is not counted.
    const string Role = "doseline", Onlooker = "onlooker";
    NpgsqlDataSource? onlooker;
    bool counts;

    /// <summary>Its name.</summary>
    public const string Called = "PostgreSQL";

    /// <inheritdoc/>
    public override string Name => Called;

    /// <inheritdoc/>
    public override int Pid => pid;

    /// <summary>Gets ready to look on.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create($"Host={host};Username={Role};Database=postgres;Pooling=false");
        await RunAsync($"CREATE ROLE {Onlooker} LOGIN SUPERUSER");
        await RunAsync("CREATE EXTENSION pg_walinspect");
        await using (var loaded = source.CreateCommand("SELECT current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%'")) counts = (bool)(await loaded.ExecuteScalarAsync(cancel))!;
        if (counts) await RunAsync("CREATE EXTENSION pg_stat_statements");
        onlooker = NpgsqlDataSource.Create($"Host={host};Username={Onlooker};Database=postgres;Maximum Pool Size=2;Command Timeout=600");

        async Task RunAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public override async Task MakeAsync(string platform, CancellationToken cancel)
    {
        foreach (var service in Services)
        {
            await using var command = onlooker!.CreateCommand($"CREATE DATABASE {service}_{platform} OWNER {Role}");
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> SettingsOf(string platform) =>
        Services.Select(s => $"--ConnectionStrings:{s}=Host={host};Username={Role};Database={s}_{platform};Maximum Pool Size=40");

    /// <inheritdoc/>
    public override async Task<DbConnection> OpenAsync(string platform, string folder, string service)
    {
        NpgsqlConnection connection = new($"Host={host};Username={Onlooker};Database={service}_{platform};Command Timeout=7200;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <inheritdoc/>
    public override async Task<Counts?> CountAsync(CancellationToken cancel)
    {
        // Beginning and ending a transaction is no command of its own: the beginning travels with the first, the ending is counted as commit.
        var commands = counts
            ? $"(SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = '{Role}' AND s.query !~* '^(BEGIN|COMMIT|ROLLBACK|DISCARD|SET|SAVEPOINT|RELEASE)')"
            : "NULL::bigint";
        await using var command = onlooker!.CreateCommand($"SELECT {commands}, pg_current_wal_flush_lsn()::text");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return new Counts(reader.IsDBNull(0) ? null : reader.GetInt64(0), reader.GetString(1));
    }

    /// <inheritdoc/>
    public override async Task<long?> CommitsAsync(Counts? from, Counts? until, CancellationToken cancel)
    {
        if (from is null || until is null || from.Position == until.Position) return 0;
        await using var command = onlooker!.CreateCommand($"SELECT coalesce(sum(count), 0)::bigint FROM pg_get_wal_stats('{from.Position}', '{until.Position}'::pg_lsn - 1, true) WHERE \"resource_manager/record_type\" = 'Transaction/COMMIT'");
        try
        {
            return (long)(await command.ExecuteScalarAsync(cancel))!;
        }
        catch (PostgresException nothing) when (nothing.MessageText.StartsWith("could not find a valid record", StringComparison.Ordinal))
        {
            // Nothing was written in between.
            return 0;
        }
    }

    /// <inheritdoc/>
    public override string List(string parameter) => $"SELECT jsonb_array_elements_text({parameter}::jsonb)";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (onlooker is not null) await onlooker.DisposeAsync();
    }
}
