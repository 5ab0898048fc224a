using System.Data.Common;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Data;

public sealed class SchemaTests
{
    static readonly Dictionary<Type, string> Types = new()
    {
        [typeof(string)] = "text", [typeof(long)] = "bigint", [typeof(int)] = "bigint", [typeof(double)] = "double precision", [typeof(bool)] = "boolean", [typeof(byte[])] = "bytea",
    };

    [Fact]
    public async Task Every_mapping_of_every_service_fits_its_schema()
    {
        await using var platform = await TestPlatform.StartAsync();
        await using var host = await StageHost.StartAsync();
        List<string> faults = [];
        foreach (var services in new[] { platform.Host.Services, host.Services })
        {
            await using var scope = services.CreateAsyncScope();
            var databases = services.GetRequiredService<DatabaseTable>();
            foreach (var service in databases.Services) faults.AddRange(await CompareAsync(databases.Of(service, scope.ServiceProvider)));
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Scripts_are_applied_once_under_a_lock_and_an_edited_one_is_refused()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PlatformHost.ApplySchemasAsync((i % 2 == 0 ? host : twin).Services)));
        await host.InAsync<OrdersDb>(db => db.Database.ExecuteSqlRawAsync("UPDATE schema_scripts SET checksum = 'x' WHERE name = 'orders/001_stage.sql'"));
        (await Should.ThrowAsync<SchemaException>(() => PlatformHost.ApplySchemasAsync(host.Services))).Message.ShouldContain("orders/001_stage.sql");
    }

    [Fact]
    public async Task Many_writers_of_two_processes_never_see_a_busy_database()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? host : twin).InAsync<OrdersDb>(async db =>
        {
            db.Things.Add(new ThingRow { Id = $"t{i}", Name = "x", MadeTime = db.Now });
            db.Publish($"t{i}", new Doseline.Orders.V1.CustomerPublished { Code = "x" });
            await db.SaveChangesAsync();
        })));
        (await host.InAsync<OrdersDb, int>(db => db.Things.CountAsync())).ShouldBe(60);
    }

    [Fact]
    public async Task Sqlite_is_durable_at_every_commit()
    {
        await using var host = await StageHost.StartAsync("--Data:SqliteSynchronous=FULL");
        await host.InAsync<OrdersDb>(async db =>
        {
            if (!db.Database.IsSqlite()) return;
            (await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS \"Value\" FROM pragma_journal_mode").SingleAsync()).ShouldBe("wal");
            // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
            (await db.Database.SqlQueryRaw<long>("SELECT synchronous AS \"Value\" FROM pragma_synchronous").SingleAsync()).ShouldBe(2);
            (await db.Database.SqlQueryRaw<long>("SELECT timeout AS \"Value\" FROM pragma_busy_timeout").SingleAsync()).ShouldBe(10_000);
        });
    }

    static async Task<List<string>> CompareAsync(ServiceDb db)
    {
        List<string> faults = [];
        await db.Database.OpenConnectionAsync();
        foreach (var table in db.Model.GetEntityTypes().GroupBy(e => e.GetTableName()!, StringComparer.Ordinal))
        {
            var columns = await ColumnsAsync(db, table.Key);
            if (columns.Count == 0) faults.Add($"{db.Service}.{table.Key} is not in the schema");
            var mapped = table.SelectMany(e => e.GetProperties()).DistinctBy(p => p.GetColumnName(), StringComparer.Ordinal).ToDictionary(p => p.GetColumnName(), StringComparer.Ordinal);
            foreach (var (name, property) in mapped)
            {
                if (!columns.TryGetValue(name, out var column))
                {
                    faults.Add($"{db.Service}.{table.Key}.{name} is mapped but not in the schema");
                    continue;
                }

                var stored = property.GetTypeMapping().Converter?.ProviderClrType ?? property.ClrType;
                stored = Nullable.GetUnderlyingType(stored) ?? stored;
                if (!Types.TryGetValue(stored, out var type)) faults.Add($"{db.Service}.{table.Key}.{name} stores a {stored.Name}, which is not in the portable subset");
                else if (!Fits(column.Type, type)) faults.Add($"{db.Service}.{table.Key}.{name} is {column.Type} in the schema, {type} in the mapping");
                if (column.Nullable != property.IsNullable) faults.Add($"{db.Service}.{table.Key}.{name} is {(column.Nullable ? "nullable" : "not nullable")} in the schema, the other way in the mapping");
            }

            faults.AddRange(columns.Where(c => !mapped.ContainsKey(c.Key)).Select(c => $"{db.Service}.{table.Key}.{c.Key} is in the schema but not mapped"));
            var keys = table.First().FindPrimaryKey()!.Properties.Select(p => p.GetColumnName()).Order(StringComparer.Ordinal);
            var inSchema = columns.Where(c => c.Value.Key).Select(c => c.Key).Order(StringComparer.Ordinal);
            if (!keys.SequenceEqual(inSchema, StringComparer.Ordinal)) faults.Add($"{db.Service}.{table.Key} has key {string.Join(',', inSchema)} in the schema, {string.Join(',', keys)} in the mapping");
        }

        return faults;
    }

    // SQLite's identity must be declared INTEGER; it is 64 bits wide all the same.
    static bool Fits(string declared, string type) => declared == type || (declared == "integer" && type == "bigint");

    static async Task<Dictionary<string, (string Type, bool Nullable, bool Key)>> ColumnsAsync(ServiceDb db, string table)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = db.Database.IsSqlite()
            ? $"SELECT name, lower(type), \"notnull\" = 0 AND pk = 0, pk > 0 FROM pragma_table_info('{table}')"
            : $"""
                SELECT c.column_name, c.data_type, c.is_nullable = 'YES', EXISTS (
                    SELECT 1 FROM information_schema.table_constraints t JOIN information_schema.key_column_usage k USING (constraint_name, table_schema)
                    WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_name = '{table}' AND k.column_name = c.column_name)
                FROM information_schema.columns c WHERE c.table_schema = current_schema() AND c.table_name = '{table}'
                """;
        Dictionary<string, (string, bool, bool)> columns = new(StringComparer.Ordinal);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) columns[reader.GetString(0)] = (reader.GetString(1), Convert.ToBoolean(reader.GetValue(2)), Convert.ToBoolean(reader.GetValue(3)));
        return columns;
    }
}
