using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Reads subtrees of the stored tree, a block of at most 256 siblings at a time: a proof in a tree of 10⁷ leaves needs at most two blocks a level, of three levels.</summary>
sealed class TreeReader(ServiceDb db)
{
    const int BlocksMax = 1024;

    readonly Dictionary<(int Level, long Block), byte[][]> blocks = [];

    /// <summary>The right edge of the tree of the given size.</summary>
    public async Task<MerkleFrontier> FrontierAsync(long size, CancellationToken cancel)
    {
        List<byte[][]> levels = [];
        for (var level = 0; size >> (MerkleFrontier.WidthBits * level) is > 0 and var count; level++)
        {
            var inBlock = (int)(count % MerkleFrontier.Width);
            var block = inBlock == 0 ? [] : await BlockAsync(level, count >> MerkleFrontier.WidthBits, cancel);
            levels.Add(block[..Math.Min(inBlock, block.Length)]);
        }

        return new MerkleFrontier(size, levels);
    }

    /// <summary>Hashes of subtrees.</summary>
    public async Task<IReadOnlyList<byte[]>> HashesAsync(IReadOnlyList<LeafRange> ranges, CancellationToken cancel)
    {
        List<byte[]> hashes = [];
        foreach (var range in ranges) hashes.Add(await HashAsync(range, cancel));
        return hashes;
    }

    /// <summary>Hash of a subtree.</summary>
    /// <param name="range">A subtree of a sealed tree, as <see cref="Merkle"/> names it.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<byte[]> HashAsync(LeafRange range, CancellationToken cancel)
    {
        if (!long.IsPow2(range.Count))
        {
            var middle = range.From + Merkle.Split(range.Count);
            var (left, right) = (await HashAsync(range with { To = middle }, cancel), await HashAsync(range with { From = middle }, cancel));
            return Merkle.NodeHash(left, right);
        }

        var level = (int)long.Log2(range.Count) / MerkleFrontier.WidthBits;
        var (first, count) = (range.From >> (MerkleFrontier.WidthBits * level), (int)(range.Count >> (MerkleFrontier.WidthBits * level)));
        var block = await BlockAsync(level, first >> MerkleFrontier.WidthBits, cancel);
        var start = (int)(first % MerkleFrontier.Width);
        if (start + count > block.Length) throw new SealBrokenException($"The sealed tree of {db.Service} lacks nodes of level {level} from {first}: they were removed.");
        return Merkle.FullRoot(block.AsSpan(start, count));
    }

    async Task<byte[][]> BlockAsync(int level, long block, CancellationToken cancel)
    {
        if (blocks.TryGetValue((level, block), out var known)) return known;
        var from = block * MerkleFrontier.Width;
        var to = from + MerkleFrontier.Width;
        // An entry that is missing in the middle would shift those after it: then only what is before it counts.
        var rows = level == 0
            ? await db.Leaves.Where(l => l.LeafIndex >= from && l.LeafIndex < to).OrderBy(l => l.LeafIndex).Select(l => new { Index = l.LeafIndex, Hash = l.LeafHash }).ToListAsync(cancel)
            : await db.Nodes.Where(n => n.Level == level && n.NodeIndex >= from && n.NodeIndex < to).OrderBy(n => n.NodeIndex).Select(n => new { Index = n.NodeIndex, n.Hash }).ToListAsync(cancel);
        byte[][] hashes = [.. rows.TakeWhile((row, i) => row.Index == from + i).Select(row => row.Hash)];
        if (blocks.Count >= BlocksMax) blocks.Clear();
        return blocks[(level, block)] = hashes;
    }
}
