using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data.Writing;

/// <summary>Writes to SQLite, on one connection whose statements stay prepared.</summary>
/// <param name="open">Opens the connection.</param>
/// <param name="gate">Lets one writer of this process at a time into the file.</param>
sealed class SqliteWriter(Func<SqliteConnection> open, SemaphoreSlim gate) : IRowWriter
{
    // Far more than a service has; what is beyond was not meant to be kept.
    const int StatementsMax = 1000;

    // https://www.sqlite.org/rescode.html: SQLITE_CONSTRAINT, SQLITE_ERROR (a trigger's RAISE is a constraint), SQLITE_MISMATCH.
    const int Constraint = 19, Error = 1, Mismatch = 20;

    readonly Dictionary<string, SqliteCommand> statements = new(StringComparer.Ordinal);
    SqliteConnection? connection;

    /// <inheritdoc/>
    public async Task<WriteFault?> TryAsync(WriteGroup group)
    {
        await gate.WaitAsync();
        try
        {
            connection ??= open();
            Run("BEGIN IMMEDIATE");
            if ((Write(group.Rows) ?? Write(group.Last)) is { } error)
            {
                Run("ROLLBACK");
                return new WriteFault(error, Away: false);
            }

            Run("COMMIT");
            return null;
        }
        catch (SqliteException fault)
        {
            // Busy for longer than we wait, full, or unreadable: the connection is given up, and with it its transaction.
            Close();
            return new WriteFault(WriteFaults.Away(fault), Away: true);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await gate.WaitAsync();
        Close();
        gate.Release();
    }

    /// <summary>Runs statements in a transaction that is open on a connection of somebody else, where nothing stays prepared.</summary>
    public static void Run(SqliteTransaction transaction, IEnumerable<RowWrite> writes)
    {
        foreach (var write in writes)
        {
            using var command = CommandOf(transaction.Connection!, write);
            command.Transaction = transaction;
            if (Execute(command, write) is { } error) throw error;
        }
    }

    DbUpdateException? Write(List<RowWrite> writes)
    {
        foreach (var write in writes)
            if (Execute(Prepared(write), write) is { } error) return error;
        return null;
    }

    static DbUpdateException? Execute(SqliteCommand command, RowWrite write)
    {
        for (var i = 0; i < write.Values.Length; i++) command.Parameters[i].Value = write.Values[i] ?? DBNull.Value;
        try
        {
            var hit = command.ExecuteNonQuery();
            return write.Statement.HitsOne && hit != 1 ? WriteFaults.Lost(write) : null;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is Constraint or Error or Mismatch)
        {
            return WriteFaults.Refused(write, fault);
        }
    }

    SqliteCommand Prepared(RowWrite write)
    {
        if (statements.TryGetValue(write.Statement.Sql, out var command)) return command;
        if (statements.Count >= StatementsMax) Forget();
        command = CommandOf(connection!, write);
        command.Prepare();
        return statements[write.Statement.Sql] = command;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model, or written in code; values are parameters.")]
    static SqliteCommand CommandOf(SqliteConnection connection, RowWrite write)
    {
        var command = connection.CreateCommand();
        command.CommandText = write.Statement.Sql;
        for (var i = 0; i < write.Values.Length; i++) command.Parameters.Add(new SqliteParameter($"${i + 1}", null));
        return command;
    }

    [SuppressMessage("Security", "CA2100", Justification = "One of three words.")]
    void Run(string word)
    {
        if (!statements.TryGetValue(word, out var command))
        {
            command = connection!.CreateCommand();
            command.CommandText = word;
            statements[word] = command;
        }

        command.ExecuteNonQuery();
    }

    void Forget()
    {
        foreach (var command in statements.Values) command.Dispose();
        statements.Clear();
    }

    void Close()
    {
        Forget();
        connection?.Dispose();
        connection = null;
    }
}
