using Doseline.Audit.V1;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Audit;

/// <summary>What tests of sealing do with a stage: change records, seal, export, verify, and tamper as whoever has the database.</summary>
static class SealedStage
{
    static readonly string[] sealedTables = ["audit", "audit_leaves", "audit_nodes", "audit_heads"];

    public static async Task ChangeAsync(this StageHost host, string id, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await host.InAsync<OrdersDb>(async db =>
            {
                if (await db.Things.SingleOrDefaultAsync(t => t.Id == id) is { } thing) thing.Amount += 0.1;
                else db.Things.Add(new ThingRow { Id = id, Name = $"thing {id}", Amount = 1, MadeTime = db.Now });
                await db.SaveChangesAsync();
            });
        }
    }

    public static async Task<TreeHead> SealAsync(this StageHost host) =>
        (await host.InAsync<OrdersDb, (long, TreeHead?)>(db => host.Services.GetRequiredService<AuditSealer>().SealAsync(db, everywhere: true, sign: true, CancellationToken.None))).Item2!;

    /// <summary>The whole trail, or what fits a filter, with a proof from an earlier size.</summary>
    public static Task<List<ExportLine>> ExportAsync(this StageHost host, TrailFilter? filter = null, long previous = 0) => host.InAsync<OrdersDb, List<ExportLine>>(async db =>
    {
        var head = (await db.Heads.OrderByDescending(h => h.Number).FirstAsync()).ToWire("orders");
        var header = TrailExport.Header(db, head, "Ida");
        if (previous > 0)
        {
            header.PreviousTreeSize = previous;
            header.Consistency.AddRange((await new TreeReader(db).HashesAsync(Merkle.ConsistencyPath(previous, head.TreeSize), CancellationToken.None)).Select(Convert.ToHexStringLower));
        }

        var key = host.Services.GetRequiredService<KeyStore>().Standing(TreeHeads.KeyOf("orders"));
        var lines = filter is null ? TrailExport.WholeAsync(db, head, header, key, CancellationToken.None) : TrailExport.SomeAsync(db, head, header, filter, key, CancellationToken.None);
        return await lines.ToListAsync();
    });

    public static TrailVerification Verify(this StageHost host, IEnumerable<ExportLine> lines, TreeHead? previous = null)
    {
        using TrailVerification verification = new(host.Services.GetRequiredService<KeyStore>().Halves(TreeHeads.KeyOf("orders")), previous);
        foreach (var line in lines) verification.Take(line);
        verification.Finish();
        return verification;
    }

    public static async Task<TrailVerification> VerifyAsync(this StageHost host, TreeHead? previous = null) => host.Verify(await host.ExportAsync(), previous);

    /// <summary>Runs statements as the owner of the database, who takes the triggers off first.</summary>
    public static Task TamperAsync(this StageHost host, params string[] statements) => host.InAsync<OrdersDb>(async db =>
    {
        foreach (var table in sealedTables)
        {
            await db.Database.ExecuteSqlRawAsync(db.Database.IsSqlite()
                ? $"DROP TRIGGER IF EXISTS {table}_no_update; DROP TRIGGER IF EXISTS {table}_no_delete"
                : $"DROP TRIGGER IF EXISTS {table}_append_only ON {table}");
        }

        foreach (var sql in statements) await db.Database.ExecuteSqlRawAsync(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    });
}
