using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Doseline.Platform.Data.Writing;

/// <summary>Writes to PostgreSQL: single-row statements, prepared once, a whole group of them in one message.</summary>
/// <remarks>
/// The message is itself the transaction: a statement that must hit one row and does not is a fault there, so nothing is to be looked at before the
/// commit, and a process that stands still, wherever it does, holds no lock. The fact lock is taken after every fence has held.
/// </remarks>
/// <param name="source">The database.</param>
/// <param name="waited">Is told how long a group waited for the fact lock.</param>
sealed class PostgresWriter(NpgsqlDataSource source, Action<TimeSpan> waited) : IRowWriter
{
    NpgsqlConnection? connection;

    /// <inheritdoc/>
    public async Task<WriteFault?> TryAsync(WriteGroup group)
    {
        try
        {
            connection ??= await source.OpenConnectionAsync();
        }
        catch (Exception fault) when (WriteFaults.IsOfDatabase(fault))
        {
            return new WriteFault(WriteFaults.Away(fault), Away: true);
        }

        var error = await RunAsync(connection, group, waited, CancellationToken.None);
        if (error is null) return null;
        var away = await IsLostAsync();
        return new WriteFault(away && error is not DbUpdateConcurrencyException ? WriteFaults.Away(error.InnerException ?? error) : error, away);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection is not null) await connection.DisposeAsync();
        connection = null;
    }

    /// <summary>Runs statements on a connection, in the transaction that is open there.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<RowWrite> writes, bool commits, Action<TimeSpan> waited, CancellationToken cancel)
    {
        if (await BatchAsync(connection, writes, commits, waited, cancel) is { } error) throw error;
    }

    static Task<DbUpdateException?> RunAsync(NpgsqlConnection connection, WriteGroup group, Action<TimeSpan> waited, CancellationToken cancel) =>
        BatchAsync(connection, group.Last is [] ? group.Rows : [.. group.Rows, FactLog.Lock, .. group.Last], commits: false, waited, cancel);

    static async Task<DbUpdateException?> BatchAsync(NpgsqlConnection connection, IReadOnlyList<RowWrite> writes, bool commits, Action<TimeSpan> waited, CancellationToken cancel)
    {
        await using NpgsqlBatch batch = new(connection);
        foreach (var write in writes) batch.BatchCommands.Add(CommandOf(write));
        if (commits) batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        if (batch.BatchCommands.Count == 0) return null;
        try
        {
            await using var answers = await batch.ExecuteReaderAsync(cancel);
            do
            {
                if (await answers.ReadAsync(cancel) && answers.FieldCount == FactLog.LockColumns) waited(FactLog.WaitOf(answers));
            }
            while (await answers.NextResultAsync(cancel));
        }
        catch (Exception fault) when (WriteFaults.IsOfDatabase(fault))
        {
            // The first that was not completed is the one that was refused.
            var at = 0;
            while (at < batch.BatchCommands.Count && batch.BatchCommands[at].StatementType is not StatementType.Unknown) at++;
            var refused = fault is PostgresException ? writes.ElementAtOrDefault(at) : null;
            if (refused is { Statement.HitsOne: true } && fault is PostgresException { SqlState: PostgresErrorCodes.DivisionByZero }) return WriteFaults.Lost(refused);
            return WriteFaults.Refused(refused, fault);
        }

        return null;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model, or written in code; values are parameters.")]
    static NpgsqlBatchCommand CommandOf(RowWrite write)
    {
        var statement = write.Statement;
        NpgsqlBatchCommand command = new(statement.PostgresSql);
        for (var i = 0; i < write.Values.Length; i++)
        {
            NpgsqlParameter parameter = new() { Value = write.Values[i] ?? DBNull.Value };
            if (i < statement.Types.Length) parameter.NpgsqlDbType = statement.Types[i];
            command.Parameters.Add(parameter);
        }

        return command;
    }

    // The transaction is ended; a connection that cannot do even that is given up, and the next group opens another.
    async Task<bool> IsLostAsync()
    {
        try
        {
            await using NpgsqlCommand rollback = new("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync();
            return false;
        }
        catch (Exception fault) when (WriteFaults.IsOfDatabase(fault) || fault is InvalidOperationException)
        {
            await DisposeAsync();
            return true;
        }
    }
}
