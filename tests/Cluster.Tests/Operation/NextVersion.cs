using Npgsql;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>The schema of a version to come: what additive scripts may bring, done to every table of a service while this version runs.</summary>
static class NextVersion
{
    /// <summary>Adds a column to every table, an index, a table, and a script that this version does not know.</summary>
    public static async Task ApplyAsync(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        List<string> tables = [];
        await using (var list = source.CreateCommand("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'schema_scripts'"))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
#pragma warning disable CA2100 // Table names come from the catalogue.
            await using var add = source.CreateCommand($"ALTER TABLE {table} ADD COLUMN of_the_next_version TEXT; ALTER TABLE {table} ADD COLUMN counted_by_the_next_version BIGINT NOT NULL DEFAULT 0");
#pragma warning restore CA2100
            await add.ExecuteNonQueryAsync();
        }

        await using var rest = source.CreateCommand("""
            CREATE TABLE next_version (id TEXT NOT NULL PRIMARY KEY);
            CREATE INDEX facts_of_the_next_version ON facts (of_the_next_version);
            INSERT INTO schema_scripts (name, checksum, time) VALUES ('next/999_next.sql', 'unknown here', 0);
            """);
        await rest.ExecuteNonQueryAsync();
    }
}
