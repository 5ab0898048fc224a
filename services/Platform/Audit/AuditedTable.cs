using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Audit;

/// <summary>A table of audited records, read past the model, as an inspector would.</summary>
/// <param name="Name">Table.</param>
/// <param name="Keys">Columns of its primary key, in order.</param>
[SuppressMessage("Security", "CA2100", Justification = "Statements are made of names in the model; values are parameters.")]
sealed record AuditedTable(string Name, IReadOnlyList<string> Keys)
{
    /// <summary>The audited tables of a database, by name.</summary>
    public static Dictionary<string, AuditedTable> Of(ServiceDb db) => db.Model.GetEntityTypes()
        .Where(e => typeof(IGxpRow).IsAssignableFrom(e.ClrType))
        .Select(e => new AuditedTable(e.GetTableName()!, [.. e.FindPrimaryKey()!.Properties.Select(p => p.GetColumnName())]))
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Reads the record that a trail tells of; null when it is not there.</summary>
    public async Task<IReadOnlyDictionary<string, object?>?> ReadAsync(ServiceDb db, IReadOnlyDictionary<string, System.Text.Json.JsonElement> trail, CancellationToken cancel)
    {
        if (!Keys.All(trail.ContainsKey)) return null;
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT * FROM {Name} WHERE {string.Join(" AND ", Keys.Select((key, i) => $"{key} = @k{i}"))}";
        for (var i = 0; i < Keys.Count; i++) Add(command, $"@k{i}", AuditValues.Parameter(trail[Keys[i]]));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel)) return null;
        Dictionary<string, object?> record = new(StringComparer.Ordinal);
        for (var i = 0; i < reader.FieldCount; i++) record[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        return record;
    }

    /// <summary>Ids of records as audit rows name them, a page after the given one, in the database's own order.</summary>
    public async Task<List<string>> IdsAsync(ServiceDb db, string? after, int count, CancellationToken cancel)
    {
        // Text of every key part, joined as the audit does; both databases know || and CAST.
        var id = string.Join(" || '/' || ", Keys.Select(key => $"CAST({key} AS TEXT)"));
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT {id} FROM {Name} {(after is null ? "" : $"WHERE {id} > @after")} ORDER BY 1 LIMIT {count.ToString(CultureInfo.InvariantCulture)}";
        if (after is not null) Add(command, "@after", after);
        List<string> ids = [];
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) ids.Add(reader.GetString(0));
        return ids;
    }

    static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
