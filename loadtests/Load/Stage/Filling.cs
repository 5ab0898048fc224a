using System.Data.Common;
using System.Globalization;

namespace Doseline.Load.Stage;

/// <summary>
/// Makes databases on PostgreSQL as large as years make them: rows of real orders again and again under other ids, with every column and index as it is.
/// What is past is older than anything real; it is sealed and sent, and asks for nothing. Dormant doses wait for deadlines in the days to come.
/// </summary>
/// <param name="growth">How many.</param>
/// <param name="open">Opens the database of a service.</param>
sealed class Filling(Growth growth, Func<string, Task<DbConnection>> open)
{
    // Every row is made after one of so many real ones, so that values are as different as they are.
    const int Patterns = 100;
    // Ticks: a month before the first real one and half a minute earlier for each; and spread over the two weeks after the pattern, which has its own deadlines ahead.
    const string Earlier = "(-25920000000000 - numbers.n * 300000000)", Later = "numbers.n % 20000 * 600000000", AsItWas = "0";
    const string Tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    const string Every = "1 = 1", Planned = "lower(state) = 'planned'";
    // What has happened to a dose does not hang on it as what it waits for does; doses themselves come last.
    static readonly string[] Told = ["audit", "audit_leaves", "audit_nodes", "audit_heads", "outbox", "inbox", "parked", "requests", "facts", "doses", "reservations"];

    static readonly string Past = IdOf("past", "numbers.n"), Sleeping = IdOf("waiting", "numbers.n"), PastRun = IdOf("past", "numbers.n / 50");

    /// <summary>Fills the databases.</summary>
    public async Task FillAsync(CancellationToken cancel)
    {
        await using var orders = await open("orders");
        await using var execution = await open("execution");
        await using var shipping = await open("shipping");
        await CopyAsync(orders, "orders", Every, growth.Orders, new() { ["id"] = Past, ["dose_id"] = Past, ["reservation_id"] = Past, ["run_id"] = PastRun }, Earlier, cancel);
        await CopyAsync(execution, "reservations", Every, growth.Orders, new() { ["id"] = Past, ["order_id"] = Past, ["run_id"] = PastRun }, Earlier, cancel);
        await CopyAsync(shipping, "orders", Every, growth.Orders, new() { ["id"] = Past }, Earlier, cancel);
        await DormantAsync(execution, cancel);
        foreach (var db in (DbConnection[])[orders, execution])
        {
            // Before the first: what seals and what reads on goes upward from where it is.
            await CopyAsync(db, "audit", Every, growth.Audit / 2, new() { ["seq"] = "-numbers.n", ["leaf_index"] = "-numbers.n", ["entity_id"] = Past, ["time"] = $"p.time + {Earlier}" }, AsItWas, cancel);
            await CopyAsync(db, "audit_leaves", Every, growth.Audit / 2, new() { ["leaf_index"] = "-numbers.n", ["seq"] = "-numbers.n" }, AsItWas, cancel);
        }

        foreach (var db in (DbConnection[])[orders, execution, shipping]) await RunAsync(db, "VACUUM (ANALYZE)", cancel);
    }

    async Task DormantAsync(DbConnection db, CancellationToken cancel)
    {
        if (growth.Dormant == 0) return;
        var dose = (string?)await ScalarAsync(db, $"SELECT id FROM doses WHERE {Planned} ORDER BY order_id DESC LIMIT 1", cancel) ?? throw new LoadException("No dose is planned after which dormant ones could be made.");
        foreach (var table in (await ListAsync(db, Tables, cancel)).Except(Told, StringComparer.Ordinal))
        {
            foreach (var column in (await ListAsync(db, ColumnsOf(table), cancel)).Where(c => c.EndsWith("_id", StringComparison.Ordinal)))
            {
                var each = Convert.ToInt64(await ScalarAsync(db, $"SELECT count(*) FROM {table} WHERE {column} = '{dose}'", cancel), CultureInfo.InvariantCulture);
                if (each > 0) await CopyAsync(db, table, $"{column} = '{dose}'", growth.Dormant * each, new() { [column] = IdOf("waiting", $"((numbers.n - 1) / {each} + 1)") }, Later, cancel);
            }
        }

        await CopyAsync(db, "doses", Planned, growth.Dormant, new() { ["id"] = Sleeping, ["order_id"] = Sleeping, ["reservation_id"] = Sleeping }, Later, cancel);
    }

    static async Task CopyAsync(DbConnection db, string table, string where, long rows, Dictionary<string, string> others, string shift, CancellationToken cancel)
    {
        var columns = await ListAsync(db, ColumnsOf(table), cancel);
        if (columns.Count == 0 || rows == 0) return;
        var values = columns.Select(c => others.TryGetValue(c, out var other) ? other : c.EndsWith("_time", StringComparison.Ordinal) ? $"p.{c} + {shift}" : $"p.{c}");
        await RunAsync(db, $"""
            WITH chosen AS (SELECT row_number() OVER () - 1 AS pattern_number, t.* FROM (SELECT * FROM {table} WHERE {where} ORDER BY {columns[0]} DESC LIMIT {Patterns}) t)
            INSERT INTO {table} ({string.Join(", ", columns)})
            SELECT {string.Join(", ", values)} FROM generate_series(1, {rows}::bigint) AS numbers(n) JOIN chosen p ON p.pattern_number = numbers.n % (SELECT count(*) FROM chosen)
            """, cancel);
    }

    // As long as a real one, and spread as they are, or all would meet on a few pages of an index.
    static string IdOf(string kind, string number) => $"substr(md5('{kind}' || {number}), 1, 27)";

    static string ColumnsOf(string table) => $"SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position";

    static async Task<List<string>> ListAsync(DbConnection db, string sql, CancellationToken cancel)
    {
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        List<string> found = [];
        while (await reader.ReadAsync(cancel)) found.Add(reader.GetString(0));
        return found;
    }

    static async Task<object?> ScalarAsync(DbConnection db, string sql, CancellationToken cancel)
    {
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(cancel);
    }

    static async Task RunAsync(DbConnection db, string sql, CancellationToken cancel)
    {
        await using var command = db.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 0);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
