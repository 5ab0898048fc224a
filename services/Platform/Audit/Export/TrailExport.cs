using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Doseline.Audit.V1;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Audit.Export;

/// <summary>Reads sealed rows out of a database as the lines of an export.</summary>
/// <remarks>It reads what stands there and checks nothing: that is for whoever has the export, see <see cref="TrailVerification"/>.</remarks>
public static class TrailExport
{
    /// <summary>Version of the form of exports.</summary>
    public const int FormVersion = 2;

    const int Page = 500;

    /// <summary>The whole trail with every head.</summary>
    /// <param name="db">The service's database.</param>
    /// <param name="head">Head to prove against: the latest.</param>
    /// <param name="header">Header, filled but for what follows from the trail.</param>
    /// <param name="key">Key of the service, which signs the whole.</param>
    /// <param name="cancel">Cancels.</param>
    public static IAsyncEnumerable<ExportLine> WholeAsync(ServiceDb db, TreeHead head, ExportHeader header, ECDsa key, CancellationToken cancel)
    {
        header.Whole = true;
        return ExportSeal.SignedAsync(MergedAsync(db, head, cancel).Prepend(new ExportLine { Header = header }), key);
    }

    /// <summary>Rows that fit a filter, each with its own proof.</summary>
    /// <param name="db">The service's database.</param>
    /// <param name="head">Head to prove against.</param>
    /// <param name="header">Header, filled.</param>
    /// <param name="filter">What the rows must fit.</param>
    /// <param name="key">Key of the service, which signs the whole.</param>
    /// <param name="cancel">Cancels.</param>
    public static IAsyncEnumerable<ExportLine> SomeAsync(ServiceDb db, TreeHead head, ExportHeader header, TrailFilter filter, ECDsa key, CancellationToken cancel) =>
        ExportSeal.SignedAsync(ProvenAsync(db, head, filter, cancel).Prepend(new ExportLine { Header = header }), key);

    /// <summary>A header.</summary>
    public static ExportHeader Header(ServiceDb db, TreeHead head, string madeBy) =>
        new() { FormVersion = FormVersion, Service = db.Service, Time = db.Now.ToTimestamp(), MadeBy = madeBy, Head = head };

    static async IAsyncEnumerable<ExportLine> ProvenAsync(ServiceDb db, TreeHead head, TrailFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        TreeReader tree = new(db);
        var rows = db.AuditTrail.Where(filter).Join(db.Leaves, r => r.Seq, l => l.Seq, (r, l) => new { Row = r, l.LeafIndex, l.LeafHash });
        for (var next = 0L; ;)
        {
            var from = next;
            var page = await rows.Where(r => r.LeafIndex >= from && r.LeafIndex < head.TreeSize).OrderBy(r => r.LeafIndex).Take(Page).ToListAsync(cancel);
            foreach (var row in page)
            {
                var proof = await tree.HashesAsync(Merkle.InclusionPath(row.LeafIndex, head.TreeSize), cancel);
                yield return new ExportLine { Record = Sealed(row.Row, row.LeafIndex, row.LeafHash, proof) };
            }

            if (page.Count < Page) yield break;
            next = page[^1].LeafIndex + 1;
        }
    }

    // Leaves in order, each head after the last leaf that it covers; the head of the header does not come again.
    static async IAsyncEnumerable<ExportLine> MergedAsync(ServiceDb db, TreeHead last, [EnumeratorCancellation] CancellationToken cancel)
    {
        var heads = HeadsAsync(db, last.Number, cancel).GetAsyncEnumerator(cancel);
        await using var _ = heads;
        var more = await heads.MoveNextAsync();
        for (var next = 0L; ;)
        {
            var from = next;
            var page = await db.Leaves.Where(l => l.LeafIndex >= from && l.LeafIndex < last.TreeSize).OrderBy(l => l.LeafIndex).Take(Page)
                .GroupJoin(db.AuditTrail, l => l.Seq, r => r.Seq, (l, rows) => new { Leaf = l, Rows = rows })
                .SelectMany(g => g.Rows.DefaultIfEmpty(), (g, r) => new { g.Leaf.LeafIndex, g.Leaf.LeafHash, Row = r })
                .OrderBy(r => r.LeafIndex).ToListAsync(cancel);
            foreach (var row in page)
            {
                for (; more && heads.Current.TreeSize <= row.LeafIndex; more = await heads.MoveNextAsync()) yield return new ExportLine { Head = heads.Current };
                yield return new ExportLine { Record = Sealed(row.Row, row.LeafIndex, row.LeafHash, []) };
            }

            if (page.Count < Page) break;
            next = page[^1].LeafIndex + 1;
        }

        for (; more; more = await heads.MoveNextAsync()) yield return new ExportLine { Head = heads.Current };
    }

    static async IAsyncEnumerable<TreeHead> HeadsAsync(ServiceDb db, long before, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var after = 0L; ;)
        {
            var from = after;
            var page = await db.Heads.AsNoTracking().Where(h => h.Number > from && h.Number < before).OrderBy(h => h.Number).Take(Page).ToListAsync(cancel);
            foreach (var head in page) yield return head.ToWire(db.Service);
            if (page.Count < Page) yield break;
            after = page[^1].Number;
        }
    }

    // A leaf whose row is gone is exported without a row, so that whoever verifies sees which one.
    static SealedRecord Sealed(AuditRow? row, long leaf, byte[] hash, IReadOnlyList<byte[]> proof) => new()
    {
        Record = row?.ToWire(),
        LeafIndex = leaf,
        LeafHash = Convert.ToHexStringLower(hash),
        Proof = { proof.Select(Convert.ToHexStringLower) },
    };
}
