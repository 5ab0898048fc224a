using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Doseline.Platform.Data.Reading;

/// <summary>Looks rows up in PostgreSQL: single-row statements, prepared once, a whole group of them in one message.</summary>
sealed class PostgresReader(NpgsqlDataSource source) : IRowReader
{
    /// <inheritdoc/>
    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model; values are parameters.")]
    public async Task<object?[]?[]> ReadAsync(IReadOnlyList<RowKey> keys)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using NpgsqlBatch batch = new(connection);
        foreach (var (shape, key) in keys)
        {
            NpgsqlBatchCommand command = new(shape.Select.Sql);
            for (var i = 0; i < key.Length; i++) command.Parameters.Add(new NpgsqlParameter { Value = key[i], NpgsqlDbType = shape.Select.Types[i] });
            batch.BatchCommands.Add(command);
        }

        var found = new object?[]?[keys.Count];
        await using var reader = await batch.ExecuteReaderAsync();
        for (var i = 0; i < found.Length; i++)
        {
            if (await reader.ReadAsync()) found[i] = StoredValues.Read(reader, keys[i].Shape);
            await reader.NextResultAsync();
        }

        return found;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
