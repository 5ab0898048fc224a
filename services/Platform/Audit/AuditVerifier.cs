using System.Runtime.CompilerServices;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Audit;

/// <summary>Reads a service's whole audit trail and its records, and finds what was edited, dropped, inserted or reordered.</summary>
/// <remarks>
/// It holds one record's trail at a time in memory, and of that only the latest value of each column. Whoever rewrites a record, every one of
/// its audit rows and all their hashes goes unseen here: against that, trail heads are sealed outside the database.
/// </remarks>
public static class AuditVerifier
{
    /// <summary>Verifies everything in a database.</summary>
    /// <param name="db">The database; its context is used for reading only.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>Findings in the order they are found; none when the trail is whole.</returns>
    public static async IAsyncEnumerable<AuditFinding> VerifyAsync(ServiceDb db, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var tables = AuditedTable.Of(db);
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await foreach (var finding in TrailsAsync(db, tables, cancel)) yield return finding;
            foreach (var table in tables.Values)
            {
                await foreach (var finding in RecordsAsync(db, table, cancel)) yield return finding;
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    // Pages of the trail by key, rather than one long read: PostgreSQL serves one statement at a time on a connection.
    static async IAsyncEnumerable<AuditFinding> TrailsAsync(ServiceDb db, Dictionary<string, AuditedTable> tables, [EnumeratorCancellation] CancellationToken cancel)
    {
        const int page = 500;
        AuditTrail? trail = null;
        (string Entity, string Id, long Version)? after = null;
        while (true)
        {
            var query = db.AuditTrail;
            if (after is var (entity, id, version))
            {
                query = query.Where(r => string.Compare(r.Entity, entity) > 0
                    || (r.Entity == entity && (string.Compare(r.EntityId, id) > 0 || (r.EntityId == id && r.Version > version))));
            }

            var rows = await query.OrderBy(r => r.Entity).ThenBy(r => r.EntityId).ThenBy(r => r.Version).Take(page).ToListAsync(cancel);
            foreach (var row in rows)
            {
                if (trail?.IsOf(row) is not true)
                {
                    if (trail is not null)
                    {
                        foreach (var finding in await HeadAsync(db, tables, trail, cancel)) yield return finding;
                    }

                    trail = new AuditTrail(row.Entity, row.EntityId);
                }

                foreach (var finding in trail.Add(row)) yield return finding;
            }

            if (rows.Count < page) break;
            after = (rows[^1].Entity, rows[^1].EntityId, rows[^1].Version);
        }

        if (trail is null) yield break;
        foreach (var finding in await HeadAsync(db, tables, trail, cancel)) yield return finding;
    }

    static async Task<IReadOnlyList<AuditFinding>> HeadAsync(ServiceDb db, Dictionary<string, AuditedTable> tables, AuditTrail trail, CancellationToken cancel) =>
        tables.TryGetValue(trail.Entity, out var table)
            ? trail.Compare(await table.ReadAsync(db, trail.Values, cancel))
            : [trail.Finding(AuditFault.UnknownEntity, $"{trail.Entity} is not an audited table.")];

    static async IAsyncEnumerable<AuditFinding> RecordsAsync(ServiceDb db, AuditedTable table, [EnumeratorCancellation] CancellationToken cancel)
    {
        const int page = 500;
        for (string? after = null; ;)
        {
            var ids = await table.IdsAsync(db, after, page, cancel);
            var known = await db.AuditTrail.Where(r => r.Entity == table.Name && r.Version == 1 && ids.Contains(r.EntityId)).Select(r => r.EntityId).ToListAsync(cancel);
            foreach (var id in ids.Except(known, StringComparer.Ordinal))
            {
                if (!await db.AuditTrail.AnyAsync(r => r.Entity == table.Name && r.EntityId == id, cancel))
                    yield return new AuditFinding(table.Name, id, 0, AuditFault.RecordWithoutTrail, "The record has no audit row.");
            }

            if (ids.Count < page) yield break;
            after = ids[^1];
        }
    }
}
