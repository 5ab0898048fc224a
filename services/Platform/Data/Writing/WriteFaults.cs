using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data.Writing;

/// <summary>Why a transaction was not committed.</summary>
/// <param name="Error">What its caller is told.</param>
/// <param name="Away">True when the database is away, and trying again at once is of no use; whether it committed may then be unknown.</param>
sealed record WriteFault(Exception Error, bool Away);

/// <summary>The database refused a row.</summary>
sealed class RowRefusedException(string message, RowWrite write, Exception inner) : DbUpdateException(message, inner)
{
    /// <summary>The row; null where it was none of the model's.</summary>
    public object? Row => write.Row;
}

/// <summary>How faults of a database are told.</summary>
static class WriteFaults
{
    /// <summary>A statement hit another number of rows than it must: the row is gone, was changed by somebody else, or a condition does not hold.</summary>
    public static DbUpdateConcurrencyException Lost(RowWrite write) =>
        new($"A row of {write.Statement.Shape.Table} is not as it was when it was read.");

    /// <summary>A statement was refused.</summary>
    public static DbUpdateException Refused(RowWrite? write, Exception fault) => write is null
        ? new DbUpdateException("The changes could not be saved.", fault)
        : new RowRefusedException($"A row of {write.Statement.Shape.Table} could not be written: {fault.Message}", write, fault);

    /// <summary>The database was lost on the way.</summary>
    public static DbUpdateException Away(Exception fault) => new("The database was lost while changes were saved.", fault);

    /// <summary>True for what a database or the way to it throws.</summary>
    public static bool IsOfDatabase(Exception fault) => fault is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException;
}
