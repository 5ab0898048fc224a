namespace Doseline.Platform.Audit.Sealing;

/// <summary>The right edge of a growing tree: what is needed to append leaves and to name the root, at most 255 hashes a level.</summary>
/// <remarks>Level 0 are leaf hashes; an entry of level k is the root of 256 to the power of k leaves. A level that has 256 becomes one entry of the next.</remarks>
public sealed class MerkleFrontier
{
    /// <summary>Entries that make one of the next level.</summary>
    public const int Width = 256;

    /// <summary>log2 of <see cref="Width"/>.</summary>
    public const int WidthBits = 8;

    readonly List<List<byte[]>> levels;

    /// <summary>The edge of an empty tree.</summary>
    public MerkleFrontier() : this(0, [])
    {
    }

    /// <summary>The edge of a tree of the given size.</summary>
    /// <param name="size">Leaves.</param>
    /// <param name="levels">Entries of each level that are not yet part of the next.</param>
    public MerkleFrontier(long size, IEnumerable<IEnumerable<byte[]>> levels)
    {
        Size = size;
        this.levels = [.. levels.Select(level => level.ToList())];
    }

    /// <summary>Leaves in the tree.</summary>
    public long Size { get; private set; }

    /// <summary>Appends a leaf.</summary>
    /// <param name="leafHash">Its hash.</param>
    /// <param name="full">Told of every subtree that became full: level, place within it, root; null when nobody cares.</param>
    public void Append(byte[] leafHash, Action<int, long, byte[]>? full = null)
    {
        Size++;
        var hash = leafHash;
        for (var level = 0; ; level++)
        {
            if (levels.Count == level) levels.Add([]);
            levels[level].Add(hash);
            if (levels[level].Count < Width) return;
            hash = Merkle.FullRoot([.. levels[level]]);
            levels[level].Clear();
            full?.Invoke(level + 1, (Size >> (WidthBits * (level + 1))) - 1, hash);
        }
    }

    /// <summary>Root of the tree (RFC 6962 section 2.1).</summary>
    public byte[] Root()
    {
        byte[]? root = null;
        // From the smallest full subtree, on the right, to the largest.
        foreach (var level in levels)
        {
            for (var end = level.Count; end > 0;)
            {
                var count = end & -end;
                var hash = Merkle.FullRoot([.. level[(end - count)..end]]);
                root = root is null ? hash : Merkle.NodeHash(hash, root);
                end -= count;
            }
        }

        return root ?? Merkle.EmptyRoot;
    }
}
