using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Doseline.Load.Stage;

/// <summary>SQLite, in each platform's own folder and process.</summary>
sealed class SqliteStore : Store
{
    /// <summary>Its name.</summary>
    public const string Called = "SQLite";

    /// <inheritdoc/>
    public override string Name => Called;

    /// <inheritdoc/>
    public override async Task<DbConnection> OpenAsync(string platform, string folder, string service)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, $"{service}.db"), Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 60 }.ToString());
        await connection.OpenAsync();
        return connection;
    }

    /// <inheritdoc/>
    public override string List(string parameter) => $"SELECT value FROM json_each({parameter})";
}
