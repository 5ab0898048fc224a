using Doseline.Platform.Audit;
using Doseline.Platform.Data.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Doseline.Platform.Data;

/// <summary>Tells a lost race, which a fresh try may win, from a fault.</summary>
static class DbRaces
{
    // https://www.sqlite.org/rescode.html: SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE.
    const int Busy = 5, Locked = 6, PrimaryKey = 1555, Unique = 2067;

    /// <summary>True when somebody else changed or inserted the same thing first, or the database gave way to somebody else.</summary>
    public static bool IsLostRace(Exception fault) => fault is DbUpdateConcurrencyException || IsTwin(fault) || fault.GetBaseException() switch
    {
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
        SqliteException sqlite => sqlite.SqliteErrorCode is Busy or Locked,
        _ => false,
    };

    /// <summary>True when somebody else changed the same row first. The audit entry of a version is unique: of two writers of one row, the later may meet that fence before the row's own.</summary>
    public static bool IsOvertaken(Exception fault) => fault is DbUpdateConcurrencyException or RowRefusedException { Row: AuditRow };

    /// <summary>True when the database cannot be asked now: a connection that was lost, or a lock that was not given in time. Nothing was changed, and a repetition may succeed.</summary>
    public static bool IsAway(Exception fault) => fault switch
    {
        PostgresException postgres => postgres.IsTransient && postgres.SqlState is not (PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected),
        NpgsqlException npgsql => npgsql.IsTransient,
        SqliteException sqlite => sqlite.SqliteErrorCode is Busy or Locked,
        DbUpdateException or InvalidOperationException => fault.InnerException is { } inner && IsAway(inner),
        _ => false,
    };

    /// <summary>True when a row with the same unique key exists.</summary>
    public static bool IsTwin(Exception fault) => fault.GetBaseException() switch
    {
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.UniqueViolation,
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode is PrimaryKey or Unique,
        _ => false,
    };
}
