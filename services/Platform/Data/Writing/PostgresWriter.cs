using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Doseline.Platform.Data.Writing;

/// <summary>Writes to PostgreSQL: single-row statements, prepared once, a whole group of them in one message.</summary>
/// <remarks>
/// Where nothing is counted, the batch itself is the transaction. Otherwise it opens one, the counts are looked at, and the facts travel with the
/// COMMIT: nobody holds their lock while a message is under way.
/// </remarks>
sealed class PostgresWriter(NpgsqlDataSource source) : IRowWriter
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

        var error = await RunAsync(connection, group, CancellationToken.None);
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
    public static async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<RowWrite> writes, bool commits, CancellationToken cancel)
    {
        if (await BatchAsync(connection, begins: false, writes, commits, cancel) is { } error) throw error;
    }

    static async Task<DbUpdateException?> RunAsync(NpgsqlConnection connection, WriteGroup group, CancellationToken cancel)
    {
        if (!group.IsCounted) return await BatchAsync(connection, begins: false, [.. group.Rows, .. group.Last], commits: false, cancel);
        return await BatchAsync(connection, begins: true, group.Rows, commits: false, cancel)
            ?? await BatchAsync(connection, begins: false, group.Last, commits: true, cancel);
    }

    static async Task<DbUpdateException?> BatchAsync(NpgsqlConnection connection, bool begins, IReadOnlyList<RowWrite> writes, bool commits, CancellationToken cancel)
    {
        await using NpgsqlBatch batch = new(connection);
        if (begins) batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        foreach (var write in writes) batch.BatchCommands.Add(CommandOf(write));
        if (commits) batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        if (batch.BatchCommands.Count == 0) return null;
        try
        {
            await batch.ExecuteNonQueryAsync(cancel);
        }
        catch (Exception fault) when (WriteFaults.IsOfDatabase(fault))
        {
            // The first that was not completed is the one that was refused.
            var at = 0;
            while (at < batch.BatchCommands.Count && batch.BatchCommands[at].StatementType is not StatementType.Unknown) at++;
            return WriteFaults.Refused(fault is PostgresException ? writes.ElementAtOrDefault(begins ? at - 1 : at) : null, fault);
        }

        for (var i = 0; i < writes.Count; i++)
            if (writes[i].Statement.HitsOne && batch.BatchCommands[begins ? i + 1 : i].RecordsAffected != 1) return WriteFaults.Lost(writes[i]);
        return null;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model, or written in code; values are parameters.")]
    static NpgsqlBatchCommand CommandOf(RowWrite write)
    {
        var statement = write.Statement;
        NpgsqlBatchCommand command = new(statement.Sql);
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
