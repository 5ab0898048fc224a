using Doseline.Platform.Audit.Sealing;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Platform.Tests.Audit;

/// <summary>The tree against RFC 6962's own definitions, written down once more as slowly as they read, and against the vectors of Certificate Transparency.</summary>
public sealed class MerkleTests
{
    const int SizeMax = 70;

    // https://github.com/google/certificate-transparency/blob/master/python/ct/crypto/merkle_test.py: leaves and the roots of their first 1 to 8.
    static readonly byte[][] VectorLeaves = [.. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString)];

    static readonly string[] VectorRoots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    static readonly byte[][] Leaves = [.. Enumerable.Range(0, SizeMax).Select(i => Merkle.LeafHash(BitConverter.GetBytes(i)))];

    [Fact]
    public void The_empty_tree_and_the_first_eight_have_the_known_roots()
    {
        Hex(Merkle.EmptyRoot).ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        MerkleFrontier tree = new();
        tree.Root().ShouldBe(Merkle.EmptyRoot);
        for (var i = 0; i < VectorLeaves.Length; i++)
        {
            tree.Append(Merkle.LeafHash(VectorLeaves[i]));
            Hex(tree.Root()).ShouldBe(VectorRoots[i]);
        }
    }

    [Theory]
    [InlineData(0, 1, "")]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    public void Inclusion_proofs_are_the_known_ones(int index, int size, string proof)
    {
        byte[][] leaves = [.. VectorLeaves.Select(l => Merkle.LeafHash(l))];
        string.Join(' ', Merkle.InclusionPath(index, size).Select(r => Hex(Root(leaves, r.From, r.To)))).ShouldBe(proof);
    }

    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Consistency_proofs_are_the_known_ones(int from, int to, string proof)
    {
        byte[][] leaves = [.. VectorLeaves.Select(l => Merkle.LeafHash(l))];
        string.Join(' ', Merkle.ConsistencyPath(from, to).Select(r => Hex(Root(leaves, r.From, r.To)))).ShouldBe(proof);
    }

    [Fact]
    public void Every_leaf_of_every_tree_is_proven_by_what_the_definition_names()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            var root = Root(Leaves, 0, size);
            for (var index = 0; index < size; index++)
            {
                byte[][] proof = [.. Merkle.InclusionPath(index, size).Select(r => Root(Leaves, r.From, r.To))];
                proof.Select(Hex).ShouldBe(DefinedPath(index, 0, size).Select(Hex));
                Merkle.IsIncluded(Leaves[index], index, size, proof, root).ShouldBeTrue($"{index} of {size}");
            }
        }
    }

    [Fact]
    public void Every_tree_is_proven_to_be_the_beginning_of_every_later_one_by_what_the_definition_names()
    {
        for (var later = 1; later <= SizeMax; later++)
        {
            var laterRoot = Root(Leaves, 0, later);
            for (var size = 1; size <= later; size++)
            {
                byte[][] proof = [.. Merkle.ConsistencyPath(size, later).Select(r => Root(Leaves, r.From, r.To))];
                proof.Select(Hex).ShouldBe(DefinedSubproof(size, 0, later, true).Select(Hex));
                Merkle.IsConsistent(size, Root(Leaves, 0, size), later, laterRoot, proof).ShouldBeTrue($"{size} to {later}");
            }
        }
    }

    [Theory]
    [Requirement("A217")]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void What_is_longer_or_shorter_than_a_hash_proves_nothing(int length)
    {
        byte[] odd = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        for (var size = 1; size <= 9; size++)
        {
            var root = Root(Leaves, 0, size);
            for (var index = 0; index < size; index++)
            {
                List<byte[]> proof = [.. Merkle.InclusionPath(index, size).Select(r => Root(Leaves, r.From, r.To))];
                Merkle.IsIncluded(odd, index, size, proof, root).ShouldBeFalse();
                Merkle.IsIncluded(Leaves[index], index, size, proof, odd).ShouldBeFalse();
                for (var at = 0; at < proof.Count; at++) Merkle.IsIncluded(Leaves[index], index, size, [.. proof[..at], odd, .. proof[(at + 1)..]], root).ShouldBeFalse();
            }

            // A tree of one leaf has that leaf for its root, whatever its length was: nothing would have been hashed.
            Merkle.IsIncluded(odd, 0, 1, [], odd).ShouldBeFalse();
            Merkle.IsConsistent(size, odd, size, odd, []).ShouldBeFalse();
            List<byte[]> path = [.. Merkle.ConsistencyPath(size, 9).Select(r => Root(Leaves, r.From, r.To))];
            Merkle.IsConsistent(size, odd, 9, Root(Leaves, 0, 9), path).ShouldBeFalse();
            Merkle.IsConsistent(size, root, 9, odd, path).ShouldBeFalse();
            for (var at = 0; at < path.Count; at++) Merkle.IsConsistent(size, root, 9, Root(Leaves, 0, 9), [.. path[..at], odd, .. path[(at + 1)..]]).ShouldBeFalse();
        }

        Should.Throw<ArgumentException>(() => Merkle.NodeHash(odd, Leaves[0]));
        Should.Throw<ArgumentException>(() => Merkle.NodeHash(Leaves[0], odd));
    }

    [Fact]
    [Requirement("A217")]
    public void A_proof_of_anything_else_proves_nothing()
    {
        var cases = from size in Gen.Choose(1, SizeMax)
                    from index in Gen.Choose(0, size - 1)
                    from other in Gen.Choose(0, SizeMax - 1)
                    from spoil in Gen.Choose(0, 4)
                    select (size, index, other, spoil);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (size, index, other, spoil) = c;
            var root = Root(Leaves, 0, size);
            List<byte[]> proof = [.. Merkle.InclusionPath(index, size).Select(r => Root(Leaves, r.From, r.To))];
            return spoil switch
            {
                0 => other == index || !Merkle.IsIncluded(Leaves[other], index, size, proof, root),
                1 => other == index || other >= size || !Merkle.IsIncluded(Leaves[index], other, size, proof, root),
                2 => !Merkle.IsIncluded(Leaves[index], index, size, [.. proof, root], root),
                3 => proof is [] || !Merkle.IsIncluded(Leaves[index], index, size, proof[1..], root),
                _ => proof is [] || !Merkle.IsIncluded(Leaves[index], index, size, [.. proof.Select((p, i) => i == other % proof.Count ? Leaves[other] : p)], root) || Hex(proof[other % proof.Count]) == Hex(Leaves[other]),
            };
        }).Holds();
    }

    [Fact]
    [Requirement("A217")]
    public void A_consistency_proof_of_another_tree_proves_nothing()
    {
        var cases = from later in Gen.Choose(2, SizeMax)
                    from size in Gen.Choose(1, later - 1)
                    from changed in Gen.Choose(0, size - 1)
                    select (later, size, changed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            byte[][] rewritten = [.. Leaves.Select((leaf, i) => i == c.changed ? Merkle.LeafHash([9]) : leaf)];
            byte[][] proof = [.. Merkle.ConsistencyPath(c.size, c.later).Select(r => Root(rewritten, r.From, r.To))];
            return !Merkle.IsConsistent(c.size, Root(Leaves, 0, c.size), c.later, Root(rewritten, 0, c.later), proof);
        }).Holds();
    }

    [Fact]
    public void A_frontier_names_the_root_of_every_size_and_every_subtree_that_became_full()
    {
        const int count = 66_000;
        byte[][] leaves = [.. Enumerable.Range(0, count).Select(i => Merkle.LeafHash(BitConverter.GetBytes(i)))];
        Dictionary<(int, long), byte[]> nodes = [];
        MerkleFrontier tree = new();
        foreach (var leaf in leaves)
        {
            tree.Append(leaf, (level, index, root) => nodes.Add((level, index), root));
            if (tree.Size is <= SizeMax or 255 or 256 or 257 or 511 or 512 or 65_535 or 65_536 or 65_537 or count)
                Hex(tree.Root()).ShouldBe(Hex(Root(leaves, 0, (int)tree.Size)), $"{tree.Size}");
        }

        nodes.Count.ShouldBe((count / 256) + 1);
        Hex(nodes[(1, 200)]).ShouldBe(Hex(Root(leaves, 200 * 256, 201 * 256)));
        Hex(nodes[(2, 0)]).ShouldBe(Hex(Root(leaves, 0, 65_536)));
    }

    // MTH (RFC 6962 section 2.1) over leaf hashes.
    static byte[] Root(byte[][] leaves, long from, long to) => (to - from) switch
    {
        0 => Merkle.EmptyRoot,
        1 => leaves[from],
        var n => Merkle.NodeHash(Root(leaves, from, from + PowerBelow(n)), Root(leaves, from + PowerBelow(n), to)),
    };

    // PATH (section 2.1.1).
    static IEnumerable<byte[]> DefinedPath(int m, int from, int to)
    {
        var n = to - from;
        if (n == 1) return [];
        var k = (int)PowerBelow(n);
        return m < k ? [.. DefinedPath(m, from, from + k), Root(Leaves, from + k, to)] : [.. DefinedPath(m - k, from + k, to), Root(Leaves, from, from + k)];
    }

    // SUBPROOF (section 2.1.2).
    static IEnumerable<byte[]> DefinedSubproof(int m, int from, int to, bool known)
    {
        var n = to - from;
        if (m == n) return known ? [] : [Root(Leaves, from, to)];
        var k = (int)PowerBelow(n);
        return m <= k ? [.. DefinedSubproof(m, from, from + k, known), Root(Leaves, from + k, to)] : [.. DefinedSubproof(m - k, from + k, to, false), Root(Leaves, from, from + k)];
    }

    static long PowerBelow(long n)
    {
        var k = 1L;
        while (k * 2 < n) k *= 2;
        return k;
    }

    static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
