using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Doseline.Platform.Data.Reading;

/// <summary>Looks rows up in PostgreSQL: statements that are prepared once, a whole group of them in one message.</summary>
sealed class PostgresReader(NpgsqlDataSource source) : IRowReader
{
    /// <inheritdoc/>
    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model; values are parameters.")]
    public async Task<List<object?[]>[]> ReadAsync(IReadOnlyList<RowsAsked> asked)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using NpgsqlBatch batch = new(connection);
        foreach (var (select, values) in asked)
        {
            NpgsqlBatchCommand command = new(select.Sql);
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new NpgsqlParameter { Value = values[i], NpgsqlDbType = select.Types[i] });
            batch.BatchCommands.Add(command);
        }

        var found = new List<object?[]>[asked.Count];
        await using var reader = await batch.ExecuteReaderAsync();
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = [];
            while (await reader.ReadAsync()) found[i].Add(StoredValues.Read(reader, asked[i].Select.Shape!));
            await reader.NextResultAsync();
        }

        return found;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
