using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Npgsql;
using SQLitePCL;

namespace Doseline.Platform.Data;

/// <summary>Chooses the database of a service: PostgreSQL when its connection string names a host, SQLite otherwise.</summary>
/// <remarks>
/// <c>ConnectionStrings:{service}-owner</c> names the role that owns the schema on PostgreSQL: scripts are then applied as that role, and the
/// service's own gets the rights to work and none to change or delete what is append-only. A running service does not need it.
/// Behind a pooler that hands out connections by transaction, the connection string says <c>Max Auto Prepare=0;Options=</c>.
/// Default is SQLite in <c>Data:Directory</c> (default <c>data</c>), file <c>{service}.db</c>, durable at every commit.
/// </remarks>
public sealed class DatabaseOptions(IConfiguration config) : IDisposable
{
    readonly ConcurrentDictionary<string, NpgsqlDataSource> sources = new(StringComparer.Ordinal);
    readonly SqlitePragmas pragmas = new(config["Data:SqliteSynchronous"] ?? "FULL");

    /// <summary>Folder of databases of SQLite where <c>Data:Directory</c> names none, seen from where the program was started.</summary>
    public const string DirectoryDefault = "data";

    /// <summary>Points options at the service's database.</summary>
    /// <exception cref="SettingException">Its connection string does not read.</exception>
    public void Configure(string service, DbContextOptionsBuilder options)
    {
        if (PostgresOf(service) is { } source) options.UseNpgsql(source);
        else options.UseSqlite(SqliteOf(service)).AddInterceptors(pragmas);
    }

    /// <summary>What writes rows into the service's database.</summary>
    internal IRowWriter WriterOf(string service, WriteGates gates, LaneMeter meter)
    {
        if (PostgresOf(service) is { } source) return new PostgresWriter(source, wait => meter.WaitedForLog(service, wait));
        return new SqliteWriter(() => OpenSqlite(service), gates.For(SqliteOf(service)));
    }

    /// <summary>What looks rows up in the service's database.</summary>
    internal IRowReader ReaderOf(string service) => PostgresOf(service) is { } source ? new PostgresReader(source) : new SqliteReader(() => OpenSqlite(service));

    /// <summary>True when the service's database is a SQLite file.</summary>
    internal bool IsSqlite(string service) => PostgresOf(service) is null;

    /// <summary>Opens a connection of the pool that the service's contexts take theirs from.</summary>
    internal async Task<DbConnection> OpenAsync(string service, CancellationToken cancel) =>
        PostgresOf(service) is { } source ? await source.OpenConnectionAsync(cancel) : pragmas.Open(SqliteOf(service));

    /// <summary>Waits for the turn to write into the service's SQLite file.</summary>
    internal Task<IDisposable> EnterAsync(string service, WriteGates gates, CancellationToken cancel) => gates.EnterAsync(SqliteOf(service), cancel);

    // A connection of its own, which a lane keeps: none of the pool's.
    SqliteConnection OpenSqlite(string service) => pragmas.Open(new SqliteConnectionStringBuilder(SqliteOf(service)) { Pooling = false }.ToString());

    /// <summary>Connection string of the schema's owner; null where the service's own role owns it, and on SQLite.</summary>
    public string? OwnerOf(string service) => config.GetConnectionString($"{service}-owner") is { Length: > 0 } owner ? owner : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var source in sources.Values) source.Dispose();
    }

    NpgsqlDataSource? PostgresOf(string service) => Read(service, connection =>
        connection.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? sources.GetOrAdd(service, _ => Source(service, connection)) : null);

    string SqliteOf(string service) => Read(service, connection => new SqliteConnectionStringBuilder(connection).ToString());

    T Read<T>(string service, Func<string, T> read)
    {
        try
        {
            return read(config.GetConnectionString(service) is { Length: > 0 } given ? given : DefaultSqlite(service));
        }
        catch (Exception unread) when (unread is ArgumentException or FormatException)
        {
            throw new SettingException($"ConnectionStrings:{service} does not read: {unread.Message}", unread);
        }
    }

    string DefaultSqlite(string service)
    {
        var directory = config["Data:Directory"] ?? DirectoryDefault;
        Directory.CreateDirectory(directory);
        return new SqliteConnectionStringBuilder { DataSource = Path.Combine(directory, $"{service}.db") }.ToString();
    }

    // What the connection string says itself comes later and wins. A service's statements are few and the same, so each connection prepares
    // them once; and none changes a setting of its session, so nothing is put back when one is returned.
    // A transaction that its process has left standing (frozen, not gone: its connections live) is ended after ten seconds, and with it its locks;
    // a message of up to 64 KiB leaves as a whole.
    const string PostgresDefaults = "Max Auto Prepare=200;Auto Prepare Min Usages=3;No Reset On Close=true;Write Buffer Size=65536;Options=-c idle_in_transaction_session_timeout=10000;";

    // The name keeps the connection string, with its password, out of metric tags.
    static NpgsqlDataSource Source(string service, string connection) => new NpgsqlDataSourceBuilder(PostgresDefaults + connection) { Name = service }.Build();

    sealed class SqlitePragmas(string synchronous) : DbConnectionInterceptor
    {
        // They stay with the connection underneath, which goes back to the pool and comes out again.
        readonly ConditionalWeakTable<sqlite3, object> set = [];
        readonly string sql = $"PRAGMA synchronous = {synchronous}; PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON;";

        public SqliteConnection Open(string connectionString)
        {
            SqliteConnection connection = new(connectionString);
            connection.Open();
            Set(connection);
            return connection;
        }

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Set(connection);

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            if (!IsNew(connection)) return;
            await using var command = Command(connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        bool IsNew(DbConnection connection) => set.TryAdd(((SqliteConnection)connection).Handle!, set);

        void Set(DbConnection connection)
        {
            if (!IsNew(connection)) return;
            using var command = Command(connection);
            command.ExecuteNonQuery();
        }

        DbCommand Command(DbConnection connection)
        {
            var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is made of constants and a configured word.
            command.CommandText = sql;
#pragma warning restore CA2100
            return command;
        }
    }
}
