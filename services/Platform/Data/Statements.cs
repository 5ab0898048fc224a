using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Doseline.Platform.Data;

/// <summary>Statements of the platform's own tables that run so often that making them of expressions would cost more than they do.</summary>
static class Statements
{
    /// <summary>Runs queries, in one message.</summary>
    /// <param name="db">Database.</param>
    /// <param name="sql">Their text; values travel as parameters, a list of texts as so many.</param>
    /// <param name="read">Reads what they answer.</param>
    /// <param name="cancel">Cancels.</param>
    public static Task ReadAsync(this ServiceDb db, FormattableString sql, Func<DbDataReader, Task> read, CancellationToken cancel) => RunAsync(db, sql, async command =>
    {
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await read(reader);
        return 0;
    }, cancel);

    /// <summary>Runs a statement that writes.</summary>
    /// <returns>How many rows it hit.</returns>
    public static Task<int> ChangeAsync(this ServiceDb db, FormattableString sql, CancellationToken cancel) => RunAsync(db, sql, command => command.ExecuteNonQueryAsync(cancel), cancel);

    [SuppressMessage("Security", "CA2100", Justification = "The text is the code's; what is asked for travels as parameters.")]
    static async Task<int> RunAsync(ServiceDb db, FormattableString sql, Func<DbCommand, Task<int>> run, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
            var places = new object[sql.ArgumentCount];
            for (var i = 0; i < places.Length; i++)
                places[i] = sql.GetArgument(i) is not string and IEnumerable<string> several ? string.Join(", ", several.Select(value => Parameter(command, value))) : Parameter(command, sql.GetArgument(i)!);
            command.CommandText = string.Format(CultureInfo.InvariantCulture, sql.Format, places);
            return await run(command);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    static string Parameter(DbCommand command, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ($"@p{command.Parameters.Count.ToString(CultureInfo.InvariantCulture)}", value);
        command.Parameters.Add(parameter);
        return parameter.ParameterName;
    }
}
