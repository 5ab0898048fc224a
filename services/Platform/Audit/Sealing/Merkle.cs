using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>The Merkle tree of RFC 6962 section 2.1: hashes, which subtrees a proof is made of, and how a proof is checked.</summary>
/// <remarks>Ours because no library on the package list has it; checked against the reference vectors of Certificate Transparency.</remarks>
public static class Merkle
{
    /// <summary>Length of every hash in bytes (SHA-256).</summary>
    public const int HashBytes = 32;

    /// <summary>Root of the tree without leaves.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>Hash of a leaf.</summary>
    /// <param name="data">What the leaf holds.</param>
    public static byte[] LeafHash(ReadOnlySpan<byte> data)
    {
        // The prefixes keep a leaf from being passed off as an inner node (RFC 6962 section 2.1).
        Span<byte> covered = stackalloc byte[1 + data.Length];
        covered[0] = 0;
        data.CopyTo(covered[1..]);
        return SHA256.HashData(covered);
    }

    /// <summary>Hash of an inner node.</summary>
    /// <exception cref="ArgumentException">One of the two is no hash: of other bytes the same would come out, divided elsewhere.</exception>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != HashBytes || right.Length != HashBytes) throw new ArgumentException($"A node is over two hashes of {HashBytes} bytes, not over {left.Length} and {right.Length}.", nameof(left));
        Span<byte> covered = stackalloc byte[1 + (2 * HashBytes)];
        covered[0] = 1;
        left.CopyTo(covered[1..]);
        right.CopyTo(covered[(1 + HashBytes)..]);
        return SHA256.HashData(covered);
    }

    /// <summary>Root over the hashes of a full subtree, of which there are a power of two.</summary>
    public static byte[] FullRoot(ReadOnlySpan<byte[]> hashes)
    {
        if (hashes.Length == 1) return hashes[0];
        var half = hashes.Length / 2;
        return NodeHash(FullRoot(hashes[..half]), FullRoot(hashes[half..]));
    }

    /// <summary>The largest power of two smaller than <paramref name="count"/>: where a tree of that many leaves divides.</summary>
    /// <param name="count">At least 2.</param>
    public static long Split(long count) => 1L << (int)long.Log2(count - 1);

    /// <summary>The subtrees whose hashes prove that a leaf is in a tree, from the leaf's sibling up (RFC 6962 section 2.1.1).</summary>
    /// <param name="index">Leaf, from 0.</param>
    /// <param name="size">Leaves in the tree; more than <paramref name="index"/>.</param>
    public static IReadOnlyList<LeafRange> InclusionPath(long index, long size)
    {
        List<LeafRange> path = [];
        var (from, to) = (0L, size);
        while (to - from > 1)
        {
            var middle = from + Split(to - from);
            path.Add(index < middle ? new(middle, to) : new(from, middle));
            (from, to) = index < middle ? (from, middle) : (middle, to);
        }

        path.Reverse();
        return path;
    }

    /// <summary>The subtrees whose hashes prove that a tree is the beginning of a later one (RFC 6962 section 2.1.2).</summary>
    /// <param name="size">Leaves of the earlier tree; at least 1.</param>
    /// <param name="later">Leaves of the later tree; at least <paramref name="size"/>.</param>
    public static IReadOnlyList<LeafRange> ConsistencyPath(long size, long later)
    {
        List<LeafRange> path = [];
        var (from, to) = (0L, later);
        // As long as the earlier tree's end is inside, one side of the split is proven and the other followed.
        while (size < to)
        {
            var middle = from + Split(to - from);
            path.Add(size <= middle ? new(middle, to) : new(from, middle));
            (from, to) = size <= middle ? (from, middle) : (middle, to);
        }

        // The earlier tree itself is known to whoever checks.
        if (from > 0) path.Add(new(from, to));
        path.Reverse();
        return path;
    }

    /// <summary>True when the proof leads from the leaf to the root (RFC 9162 section 2.1.3.2).</summary>
    /// <param name="leafHash">Hash of the leaf.</param>
    /// <param name="index">Leaf, from 0.</param>
    /// <param name="size">Leaves in the tree.</param>
    /// <param name="proof">Hashes from the leaf's sibling up.</param>
    /// <param name="root">Root of the tree.</param>
    /// <returns>False also where a hash is longer or shorter than one.</returns>
    public static bool IsIncluded(byte[] leafHash, long index, long size, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size || !AreHashes([leafHash, root, .. proof])) return false;
        var (fn, sn, r) = (index, size - 1, leafHash);
        foreach (var hash in proof)
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                r = NodeHash(hash, r);
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                r = NodeHash(r, hash);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && r.AsSpan().SequenceEqual(root);
    }

    /// <summary>True when the proof shows that the earlier tree is the beginning of the later one (RFC 9162 section 2.1.4.2).</summary>
    /// <param name="size">Leaves of the earlier tree; at least 1.</param>
    /// <param name="root">Root of the earlier tree.</param>
    /// <param name="later">Leaves of the later tree.</param>
    /// <param name="laterRoot">Root of the later tree.</param>
    /// <param name="proof">Hashes; none when the trees are of one size.</param>
    /// <returns>False also where a hash is longer or shorter than one.</returns>
    public static bool IsConsistent(long size, byte[] root, long later, byte[] laterRoot, IReadOnlyList<byte[]> proof)
    {
        if (size < 1 || size > later || !AreHashes([root, laterRoot, .. proof])) return false;
        if (size == later) return proof.Count == 0 && root.AsSpan().SequenceEqual(laterRoot);
        // The root of a full earlier tree is left out of the proof.
        List<byte[]> path = long.IsPow2(size) ? [root, .. proof] : [.. proof];
        if (path is []) return false;
        var (fn, sn) = (size - 1, later - 1);
        while ((fn & 1) == 1) (fn, sn) = (fn >> 1, sn >> 1);
        var (fr, sr) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                (fr, sr) = (NodeHash(hash, fr), NodeHash(hash, sr));
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                sr = NodeHash(sr, hash);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fr.AsSpan().SequenceEqual(root) && sr.AsSpan().SequenceEqual(laterRoot);
    }

    static bool AreHashes(ReadOnlySpan<byte[]> hashes)
    {
        foreach (var hash in hashes)
            if (hash.Length != HashBytes) return false;
        return true;
    }
}

/// <summary>A subtree, by its leaves.</summary>
/// <param name="From">First leaf.</param>
/// <param name="To">Leaf after the last.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LeafRange(long From, long To)
{
    /// <summary>How many leaves.</summary>
    public long Count => To - From;
}
