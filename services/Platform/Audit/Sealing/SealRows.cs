namespace Doseline.Platform.Audit.Sealing;

/// <summary>The place of an audit row in the sealed tree.</summary>
sealed class LeafRow
{
    /// <summary>Leaf, from 0.</summary>
    public required long LeafIndex { get; init; }

    /// <summary>The audit row's order of writing.</summary>
    public required long Seq { get; init; }

    /// <summary>Leaf hash, 32 bytes.</summary>
    public required byte[] LeafHash { get; init; }
}

/// <summary>The root of a full subtree of 256 to the power of <see cref="Level"/> leaves.</summary>
sealed class NodeRow
{
    /// <summary>From 1.</summary>
    public required long Level { get; init; }

    /// <summary>Place among the subtrees of its level, from 0.</summary>
    public required long NodeIndex { get; init; }

    /// <summary>Root, 32 bytes.</summary>
    public required byte[] Hash { get; init; }
}

/// <summary>How far the sealed rows have been hashed again.</summary>
sealed class RoundRow
{
    public required string Name { get; init; }

    /// <summary>Leaf that comes next, from 0.</summary>
    public required long NextLeaf { get; set; }

    /// <summary>When the round under way began (UTC).</summary>
    public required DateTimeOffset BeganTime { get; set; }

    /// <summary>What was found broken in this round.</summary>
    public required long BrokenCount { get; set; }

    /// <summary>The first thing that was found broken, in this round or, as long as it has found none, in the last; empty when nothing was.</summary>
    public required string Broken { get; set; }
}

/// <summary>A signed tree head, see the message <c>doseline.audit.v1.TreeHead</c>.</summary>
sealed class HeadRow
{
    public required long Number { get; init; }
    public required string TreeId { get; init; }
    public required long TreeSize { get; init; }
    public required string RootHash { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string PreviousHash { get; init; }
    public required string Signature { get; init; }
    public required string KeyId { get; init; }
}
