using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Data.Writing;
using Microsoft.Data.Sqlite;

namespace Doseline.Platform.Data.Reading;

/// <summary>Looks rows up in SQLite, on one connection whose statements stay prepared.</summary>
sealed class SqliteReader(Func<SqliteConnection> open) : IRowReader
{
    readonly Dictionary<RowStatement, SqliteCommand> statements = [];
    SqliteConnection? connection;

    /// <inheritdoc/>
    public Task<List<object?[]>[]> ReadAsync(IReadOnlyList<RowsAsked> asked)
    {
        try
        {
            connection ??= open();
            return Task.FromResult<List<object?[]>[]>([.. asked.Select(Read)]);
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

    List<object?[]> Read(RowsAsked asked)
    {
        if (!statements.TryGetValue(asked.Select, out var command)) statements[asked.Select] = command = CommandOf(asked.Select);
        for (var i = 0; i < asked.Values.Length; i++) command.Parameters[i].Value = asked.Values[i];
        using var reader = command.ExecuteReader();
        List<object?[]> found = [];
        while (reader.Read()) found.Add(StoredValues.Read(reader, asked.Select.Shape!));
        return found;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model; values are parameters.")]
    SqliteCommand CommandOf(RowStatement select)
    {
        var command = connection!.CreateCommand();
        command.CommandText = select.Sql;
        for (var i = 0; i < select.Types.Length; i++) command.Parameters.Add(new SqliteParameter($"${i + 1}", null));
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
