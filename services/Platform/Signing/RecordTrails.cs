using System.Text.Json;
using Doseline.Platform.Audit;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Signing;

/// <summary>Reads the trail of one record, checks it against the record, and finds the site it belongs to.</summary>
static class RecordTrails
{
    // Where a row names no site itself: the row it is part of does. Parents first.
    static readonly (string Column, string Table)[] Parents = [("batch_id", "batches"), ("dose_id", "doses"), ("run_id", "runs"), ("lot_id", "lots")];

    /// <summary>The trail; null when there is no such record.</summary>
    public static async Task<RecordTrail?> ReadAsync(ServiceDb db, string entity, string entityId, CancellationToken cancel)
    {
        var tables = AuditedTable.Of(db);
        if (!tables.TryGetValue(entity, out var table)) return null;
        var rows = await db.AuditTrail.Where(r => r.Entity == entity && r.EntityId == entityId).OrderBy(r => r.Version).ToListAsync(cancel);
        if (rows is []) return null;
        AuditTrail trail = new(entity, entityId);
        List<AuditFinding> findings = [.. rows.SelectMany(trail.Add)];
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            findings.AddRange(trail.Compare(await table.ReadAsync(db, trail.Values, cancel)));
            return new RecordTrail(
                rows[^1].Version, findings is [var first, ..] ? $"{first.Fault}: {first.Detail}" : null, await SiteOfAsync(db, tables, trail.Values, cancel),
                [.. rows.Where(r => r.SignatureId is not null)]);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    static async Task<string?> SiteOfAsync(ServiceDb db, Dictionary<string, AuditedTable> tables, IReadOnlyDictionary<string, JsonElement> values, CancellationToken cancel)
    {
        const string site = "site_id";
        if (Text(values, site) is { } own) return own;
        foreach (var (column, name) in Parents)
        {
            if (!values.TryGetValue(column, out var id) || Text(values, column) is null || !tables.TryGetValue(name, out var table)) continue;
            var key = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["id"] = id };
            if (await table.ReadAsync(db, key, cancel) is { } parent && parent.GetValueOrDefault(site) is string { Length: > 0 } found) return found;
        }

        return null;
    }

    static string? Text(IReadOnlyDictionary<string, JsonElement> values, string column) =>
        values.TryGetValue(column, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
