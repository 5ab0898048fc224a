using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Hashes sealed rows again, from the fields of each to the root that was signed, a block of 256 at a time.</summary>
/// <remarks>
/// The sealer reads a row once; whoever has the database can alter it afterwards, and nobody would know before the trail is exported. A round goes over
/// all rows within <see cref="SealOptions.RehashWithin"/>, at an even pace; where it was interrupted it catches up.
/// </remarks>
public sealed class SealedRows(SealOptions options, AuditMeter meter, ILogger<SealedRows> log)
{
    // Blocks of one step, so that a step takes a moment.
    const int BlocksMax = 40;
    const string Name = "rehash";

    /// <summary>Hashes what is due.</summary>
    /// <returns>How many rows were hashed; zero when nothing was due.</returns>
    public async Task<int> StepAsync(ServiceDb db, CancellationToken cancel)
    {
        var round = await db.Rounds.SingleOrDefaultAsync(r => r.Name == Name, cancel);
        if (round is null) db.Add(round = new RoundRow { Name = Name, NextLeaf = 0, BeganTime = db.Now, BrokenCount = 0, Broken = "" });
        if (await db.Heads.AsNoTracking().OrderByDescending(h => h.Number).FirstOrDefaultAsync(cancel) is not { TreeSize: > 0 } head) return 0;
        if (round.NextLeaf >= head.TreeSize && db.Now - round.BeganTime >= options.RehashWithin)
        {
            // A round that found nothing lifts what an earlier one found.
            if (round.BrokenCount == 0) round.Broken = "";
            (round.NextLeaf, round.BeganTime, round.BrokenCount) = (0, db.Now, 0);
        }

        var from = round.NextLeaf;
        var due = Due(head.TreeSize, db.Now - round.BeganTime);
        TreeReader tree = new(db);
        for (var blocks = 0; blocks < BlocksMax && round.NextLeaf < due; blocks++)
        {
            var block = round.NextLeaf / MerkleFrontier.Width;
            if (await BrokenAsync(db, tree, head, block, cancel) is { } broken)
            {
                // The first of a round is what the alarm says; the log has them all.
                if (round.BrokenCount++ == 0) round.Broken = broken;
                log.LogCritical("The sealed audit trail of {Service} is not what was signed: {Reason}", db.Service, broken);
            }

            round.NextLeaf = Math.Min((block + 1) * MerkleFrontier.Width, head.TreeSize);
        }

        meter.Rehashed(db.Service, round.Broken);
        await db.SaveChangesAsync(cancel);
        return (int)(round.NextLeaf - from);
    }

    // Whole blocks, the last one as far as it goes: as many as the time since the round began is of the time that a round has.
    long Due(long size, TimeSpan elapsed)
    {
        var blocks = (size + MerkleFrontier.Width - 1) / MerkleFrontier.Width;
        var share = Math.Clamp(elapsed / options.RehashWithin, 0, 1);
        return Math.Min(size, ((long)(share * (blocks - 1)) + 1) * MerkleFrontier.Width);
    }

    // What is wrong with a block; null when its rows, its leaves and its way to the root are what was signed.
    static async Task<string?> BrokenAsync(ServiceDb db, TreeReader tree, HeadRow head, long block, CancellationToken cancel)
    {
        var first = block * MerkleFrontier.Width;
        var end = Math.Min(first + MerkleFrontier.Width, head.TreeSize);
        var rows = await db.Leaves.Where(l => l.LeafIndex >= first && l.LeafIndex < end).OrderBy(l => l.LeafIndex)
            .GroupJoin(db.AuditTrail, l => l.Seq, r => r.Seq, (l, found) => new { Leaf = l, Rows = found })
            .SelectMany(g => g.Rows.DefaultIfEmpty(), (g, r) => new { g.Leaf.LeafIndex, g.Leaf.LeafHash, Row = r })
            .OrderBy(r => r.LeafIndex).ToListAsync(cancel);
        if (rows.Count != end - first) return $"leaves {first} to {end - 1} are {rows.Count}, not {end - first}.";
        MerkleFrontier edge = new();
        foreach (var leaf in rows)
        {
            if (leaf.Row is not { } row) return $"the row that was sealed at leaf {leaf.LeafIndex} is gone.";
            var name = $"{row.Entity} {row.EntityId} version {row.Version}, sealed at leaf {leaf.LeafIndex},";
            if (AuditChain.HashOf(row) is var hash && hash != row.Hash) return $"{name} hashes to {hash}, its hash is {row.Hash}.";
            if (!Merkle.LeafHash(Convert.FromHexString(hash)).AsSpan().SequenceEqual(leaf.LeafHash)) return $"{name} is another row than was sealed there.";
            edge.Append(leaf.LeafHash);
        }

        // Blocks are the leaves of a tree of their own; the first steps of a leaf's way to the root stay within its block.
        var within = end - first == 1 ? 0 : (int)long.Log2(end - first - 1) + 1;
        try
        {
            var path = await tree.HashesAsync([.. Merkle.InclusionPath(first, head.TreeSize).Skip(within)], cancel);
            return Merkle.IsIncluded(edge.Root(), block, ((head.TreeSize - 1) / MerkleFrontier.Width) + 1, path, Convert.FromHexString(head.RootHash))
                ? null
                : $"leaves {first} to {end - 1} do not lead to the root that head {head.Number} signed.";
        }
        catch (Exception altered) when (altered is SealBrokenException or FormatException or ArgumentException)
        {
            return $"leaves {first} to {end - 1}: {altered.Message}";
        }
    }
}
