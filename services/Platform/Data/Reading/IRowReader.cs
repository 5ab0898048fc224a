using System.Data.Common;
using Doseline.Platform.Data.Writing;
using NpgsqlTypes;

namespace Doseline.Platform.Data.Reading;

/// <summary>Looks up rows of one database; one group at a time.</summary>
interface IRowReader : IAsyncDisposable
{
    /// <summary>The stored values of each row found, for each that was asked.</summary>
    Task<List<object?[]>[]> ReadAsync(IReadOnlyList<RowsAsked> asked);
}

/// <summary>How a row's values are read.</summary>
static class StoredValues
{
    /// <summary>The values of the row at hand.</summary>
    public static object?[] Read(DbDataReader reader, RowShape shape)
    {
        var values = new object?[shape.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (reader.IsDBNull(i)) continue;
            values[i] = shape.Columns[i].Type switch
            {
                NpgsqlDbType.Text => reader.GetString(i),
                NpgsqlDbType.Bigint => reader.GetInt64(i),
                NpgsqlDbType.Double => reader.GetDouble(i),
                NpgsqlDbType.Boolean => reader.GetBoolean(i),
                _ => reader.GetFieldValue<byte[]>(i),
            };
        }

        return values;
    }
}
