using System.Data.Common;
using System.Text;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;

namespace Doseline.Platform.Messaging.Log;

/// <summary>The facts that a service has published, in the order of their commits: appended as the last of a transaction, read in pages.</summary>
/// <remarks>
/// Positions are dense: the fact lock is taken last, after every other lock of the transaction, and the position is read under it. A rollback
/// leaves no gap, and what is read up to the head is complete. The primary key catches whoever forgets the lock. Under the lock, too, each fact gets
/// its time, which is never before that of the last, and its number among those of its type about its subject.
/// </remarks>
static class FactLog
{
    /// <summary>Most facts of a page.</summary>
    public const int FactsMax = 500;

    /// <summary>Most positions that a page goes over.</summary>
    public const int PositionsMax = 5000;

    /// <summary>Most bytes of payload and envelope in a page; a single fact always fits.</summary>
    public const int BytesMax = 512 * 1024;

    // Any number that no other program uses for an advisory lock in the same database.
    const long LockNumber = 0x446F7365466163;
    const int EnvelopeBytes = 256;

    const string Columns = "id, type, subject, time, data, data_hash, correlation_id, causation_id, actor, trace_parent, sequence";

    static readonly RowStatement Append = new(
        null, WriteStep.Insert,
        $"""
        INSERT INTO facts (position, {Columns})
        SELECT coalesce(head.position, 0) + 1, $1, $2, $3, CASE WHEN head.time > $4 THEN head.time ELSE $4 END, $5, $6, $7, $8, $9, $10,
               (SELECT coalesce(max(sequence), 0) + 1 FROM facts WHERE type = $2 AND subject = $3)
        FROM (SELECT 1 AS one) AS it LEFT JOIN (SELECT position, time FROM facts ORDER BY position DESC LIMIT 1) AS head ON 1 = 1
        """,
        [
            NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
        ],
        [], hitsOne: false);

    /// <summary>Takes the fact lock on PostgreSQL; SQLite's own write lock is it there. After it come the facts, each with a snapshot of its own, and the commit.</summary>
    public static RowWrite Lock { get; } = new(new RowStatement(null, WriteStep.Insert, $"SELECT pg_advisory_xact_lock({LockNumber}), extract(epoch FROM clock_timestamp() - statement_timestamp())::float8", [], [], hitsOne: false), [], null);

    /// <summary>Columns of the row that <see cref="Lock"/> answers with; no other statement of a write answers with as many.</summary>
    public const int LockColumns = 2;

    /// <summary>How long the fact lock was waited for, by the database's own clock, of the row that <see cref="Lock"/> answers with.</summary>
    public static TimeSpan WaitOf(DbDataReader answer) => TimeSpan.FromSeconds(Math.Max(0, answer.GetDouble(1)));

    /// <summary>Appends a fact: under the fact lock, as one of the last statements of a transaction. Its position is given then.</summary>
    public static RowWrite AppendOf(Fact fact) => new(
        Append, [fact.Id, fact.Type, fact.Subject, fact.Time.UtcTicks, fact.Data, fact.DataHash, fact.CorrelationId, fact.CausationId, fact.Actor, fact.TraceParent], fact);

    /// <summary>Reads a page.</summary>
    /// <param name="db">The publisher's database, the primary.</param>
    /// <param name="after">Where the reader stands.</param>
    /// <param name="types">Types wanted; null for all, none to be told where the log ends.</param>
    /// <param name="until">Position up to which to read; null for the end of the log.</param>
    /// <param name="bytesMax">Most bytes; one fact always fits.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="FactLogException">The log has a gap.</exception>
    public static async Task<FactPage> ReadAsync(ServiceDb db, LogPlace after, IReadOnlyCollection<string>? types, long? until, int bytesMax, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            return await ReadOpenAsync(db, after, types, until, bytesMax, cancel);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    static async Task<FactPage> ReadOpenAsync(ServiceDb db, LogPlace after, IReadOnlyCollection<string>? types, long? until, int bytesMax, CancellationToken cancel)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        StringBuilder sql = new("SELECT position, id FROM facts ORDER BY position DESC LIMIT 1; SELECT id FROM facts WHERE position = @after;");
        if (types is not { Count: 0 })
        {
            sql.Append(System.Globalization.CultureInfo.InvariantCulture, $"SELECT position, {Columns} FROM facts WHERE position > @after AND position <= @end");
            if (types is not null) sql.Append(" AND type IN (").AppendJoin(", ", types.Select((type, place) => Parameter(command, $"@t{place}", type))).Append(')');
            sql.Append(System.Globalization.CultureInfo.InvariantCulture, $" ORDER BY position LIMIT {FactsMax + 1}");
            Parameter(command, "@end", Math.Min(after.Position + PositionsMax, until ?? long.MaxValue));
        }

        Parameter(command, "@after", after.Position);
#pragma warning disable CA2100 // The text is made of constants; what is asked for travels as parameters.
        command.CommandText = sql.ToString();
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancel);
        // The head first: what commits while we read comes with the next page, whole.
        var head = await reader.ReadAsync(cancel) ? new LogPlace(reader.GetInt64(0), reader.GetString(1)) : LogPlace.Beginning;
        await reader.NextResultAsync(cancel);
        var known = await reader.ReadAsync(cancel) ? reader.GetString(0) : "";
        if (after.Position > head.Position || known != after.FactId) return new FactPage(after, [], after, head, Forked: true);

        List<Fact> facts = [];
        var whole = true;
        if (types is not { Count: 0 })
        {
            await reader.NextResultAsync(cancel);
            for (var bytes = 0; whole && await reader.ReadAsync(cancel);)
            {
                var fact = FactOf(db.Service, reader);
                bytes += Encoding.UTF8.GetByteCount(fact.Data) + EnvelopeBytes;
                if (fact.Position > head.Position) break;
                whole = facts.Count < FactsMax && (facts.Count == 0 || bytes <= bytesMax);
                if (whole) facts.Add(fact);
            }
        }

        await reader.DisposeAsync();
        var end = whole ? Math.Min(Math.Min(after.Position + PositionsMax, until ?? long.MaxValue), head.Position) : facts[^1].Position;
        return new FactPage(after, facts, await EndAsync(db, after, facts, Math.Max(end, after.Position), head, cancel), head);
    }

    // Where nothing of another type lies between, the facts themselves show that the piece is unbroken; elsewhere the positions are counted.
    static async Task<LogPlace> EndAsync(ServiceDb db, LogPlace after, List<Fact> facts, long end, LogPlace head, CancellationToken cancel)
    {
        if (end == after.Position) return after;
        if (facts.Count == end - after.Position) return new LogPlace(end, facts[^1].Id);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT count(*), (SELECT id FROM facts WHERE position = @end) FROM facts WHERE position > @after AND position <= @end";
        Parameter(command, "@after", after.Position);
        Parameter(command, "@end", end);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        if (reader.GetInt64(0) != end - after.Position)
            throw new FactLogException($"The log of {db.Service} holds {reader.GetInt64(0)} facts from {after.Position + 1} to {end}: it has a gap.");
        return new LogPlace(end, end == head.Position ? head.FactId : reader.GetString(1));
    }

    static Fact FactOf(string service, DbDataReader row) => new()
    {
        Position = row.GetInt64(0),
        Id = row.GetString(1),
        Source = service,
        Type = row.GetString(2),
        Subject = row.GetString(3),
        Time = new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
        Data = row.GetString(5),
        DataHash = row.GetString(6),
        CorrelationId = row.GetString(7),
        CausationId = row.GetString(8),
        Actor = row.GetString(9),
        TraceParent = row.IsDBNull(10) ? null : row.GetString(10),
        Sequence = row.IsDBNull(11) ? 0 : row.GetInt64(11),
    };

    static string Parameter(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
        return name;
    }
}
