using Doseline.Platform.Messaging.Log;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Doseline.Platform.Data.Writing;

/// <summary>The same writes in a transaction that is open already, for the work that must read and write in one.</summary>
static class InlineWrites
{
    /// <summary>Runs a set's statements, but for its facts.</summary>
    public static async Task RunAsync(IDbContextTransaction transaction, List<RowWrite> rows, CancellationToken cancel)
    {
        if (rows is []) return;
        WriteSet set = new();
        set.Rows.AddRange(rows);
        var ordered = new WriteGroup([set]).Rows;
        if (transaction.GetDbTransaction() is SqliteTransaction sqlite) SqliteWriter.Run(sqlite, ordered);
        else await PostgresWriter.RunAsync((NpgsqlConnection)transaction.GetDbTransaction().Connection!, ordered, commits: false, static _ => { }, cancel);
    }

    /// <summary>Writes the facts of all that was saved in the transaction, last of all, and commits.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="waited">Is told how long the fact lock was waited for.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task CommitAsync(IDbContextTransaction transaction, List<RowWrite> facts, Action<TimeSpan> waited, CancellationToken cancel)
    {
        if (transaction.GetDbTransaction() is SqliteTransaction sqlite)
        {
            SqliteWriter.Run(sqlite, facts);
            await transaction.CommitAsync(cancel);
        }
        else if (facts is not [])
        {
            // In one message with the COMMIT; after it the transaction has nothing left to do.
            await PostgresWriter.RunAsync((NpgsqlConnection)transaction.GetDbTransaction().Connection!, [FactLog.Lock, .. facts], commits: true, waited, cancel);
        }
        else
        {
            await transaction.CommitAsync(cancel);
        }
    }
}
