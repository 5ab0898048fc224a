using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Data.Writing;
using Microsoft.Data.Sqlite;

namespace Doseline.Platform.Data.Reading;

/// <summary>Looks rows up in SQLite, on one connection whose statements stay prepared.</summary>
sealed class SqliteReader(Func<SqliteConnection> open) : IRowReader
{
    readonly Dictionary<RowShape, SqliteCommand> statements = [];
    SqliteConnection? connection;

    /// <inheritdoc/>
    public Task<object?[]?[]> ReadAsync(IReadOnlyList<RowKey> keys)
    {
        try
        {
            connection ??= open();
            return Task.FromResult<object?[]?[]>([.. keys.Select(Read)]);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    object?[]? Read(RowKey asked)
    {
        if (!statements.TryGetValue(asked.Shape, out var command)) statements[asked.Shape] = command = CommandOf(asked.Shape);
        for (var i = 0; i < asked.Key.Length; i++) command.Parameters[i].Value = asked.Key[i];
        using var reader = command.ExecuteReader();
        return reader.Read() ? StoredValues.Read(reader, asked.Shape) : null;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model; values are parameters.")]
    SqliteCommand CommandOf(RowShape shape)
    {
        var command = connection!.CreateCommand();
        command.CommandText = shape.Select.Sql;
        for (var i = 0; i < shape.Select.Types.Length; i++) command.Parameters.Add(new SqliteParameter($"${i + 1}", null));
        command.Prepare();
        return command;
    }

    void Close()
    {
        foreach (var command in statements.Values) command.Dispose();
        statements.Clear();
        connection?.Dispose();
        connection = null;
    }
}
