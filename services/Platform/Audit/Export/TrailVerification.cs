using System.Security.Cryptography;
using Doseline.Audit.V1;
using Doseline.Platform.Audit.Sealing;

namespace Doseline.Platform.Audit.Export;

/// <summary>
/// Verifies an export line by line, with nothing but the export, a public key and, where one was kept, an earlier head: hashes of rows,
/// chains of entities, places in the tree, roots, and signatures.
/// </summary>
/// <param name="keys">Public keys that heads may be signed with.</param>
/// <param name="previous">A head kept from before; null when none was.</param>
public sealed class TrailVerification(IReadOnlyList<ECDsa> keys, TreeHead? previous = null) : IDisposable
{
    const int FindingsMax = 100;

    readonly ExportSeal seal = new();

    readonly List<TrailFinding> findings = [];
    readonly Dictionary<(string Entity, string Id), AuditRow> latest = [];
    readonly MerkleFrontier tree = new();
    ExportHeader? header;
    TreeHead? lastHead;
    byte[] root = [];
    long nextLeaf, records, heads;
    bool ended, whole, sound = true;

    /// <summary>Findings so far, in the order of the export; at most 100 are kept, see <see cref="FindingCount"/>.</summary>
    public IReadOnlyList<TrailFinding> Findings => findings;

    /// <summary>How much was found.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Records seen.</summary>
    public long RecordCount => records;

    /// <summary>The head everything was proven against; null when the export has none.</summary>
    public TreeHead? Head => header?.Head;

    /// <summary>True when the export has every row of the tree.</summary>
    public bool Whole => whole;

    /// <summary>Takes the next line.</summary>
    public void Take(ExportLine line)
    {
        if (ended) Find(TrailFault.Incomplete, "Something follows the last line.");
        else if (header is null && line.LineCase is not ExportLine.LineOneofCase.Header) Begin(null);
        switch (line.LineCase)
        {
            case ExportLine.LineOneofCase.Header when header is null: Begin(line.Header); break;
            case ExportLine.LineOneofCase.Record: Take(line.Record); break;
            case ExportLine.LineOneofCase.Head: Take(line.Head); break;
            case ExportLine.LineOneofCase.End: End(line.End); break;
            default: Find(TrailFault.Incomplete, "A line is not one of an export, or a second header."); break;
        }

        if (line.LineCase is not ExportLine.LineOneofCase.End) seal.Take(line);
    }

    /// <summary>Says that a line could not be read.</summary>
    /// <param name="line">Line of the file, from 1.</param>
    /// <param name="reason">Why.</param>
    public void Unreadable(long line, string reason) => Find(TrailFault.Incomplete, $"Line {line} cannot be read: {reason}");

    /// <summary>Says that a line holds more than was read of it, or says it in another way than it is written.</summary>
    /// <param name="line">Line of the file, from 1.</param>
    public void NotUnderstood(long line) => Find(TrailFault.NotUnderstood, $"Line {line} says something else beside what is known of such lines, or says it twice.");

    /// <inheritdoc/>
    public void Dispose() => seal.Dispose();

    /// <summary>Says that there are no more lines.</summary>
    public void Finish()
    {
        if (header is null) Begin(null);
        if (!ended) Find(TrailFault.Incomplete, "The last line is missing: the export was cut off.");
        if (!whole || header?.Head is null) return;
        if (sound && nextLeaf < header.Head.TreeSize) Find(TrailFault.RecordMissing, $"The tree has {header.Head.TreeSize} rows, the export {nextLeaf}.", nextLeaf);
        Take(header.Head, isLast: true);
    }

    void Begin(ExportHeader? first)
    {
        header = first ?? new ExportHeader();
        whole = header.Whole;
        if (header.Head is null)
        {
            Find(TrailFault.Incomplete, "The first line is missing: there is no signed head to prove anything against.");
            return;
        }

        if (header.FormVersion != TrailExport.FormVersion) Find(TrailFault.NotUnderstood, $"The export is of form {header.FormVersion}, this version reads form {TrailExport.FormVersion}.");
        root = Bytes(header.Head.RootHash);
        RequireSignature(header.Head);
        if (previous is not null) RequirePrevious(previous, header.Head);
    }

    void RequireSignature(TreeHead head)
    {
        if (header!.Service != head.Service) Find(TrailFault.HeadForged, $"The export is of {header.Service}, head {head.Number} of {head.Service}.");
        if (KeyOf(head.KeyId, $"Head {head.Number}") is { } key && !TreeHeads.IsGenuine(head, key))
            Find(TrailFault.HeadForged, $"The signature of head {head.Number} does not belong to what it says.");
    }

    ECDsa? KeyOf(string id, string what)
    {
        var key = keys.FirstOrDefault(k => Signing.SignedDocument.KeyIdOf(k) == id);
        if (key is null) Find(TrailFault.KeyUnknown, $"{what} is signed with key {id}; given are {string.Join(", ", keys.Select(Signing.SignedDocument.KeyIdOf))}.");
        return key;
    }

    void RequirePrevious(TreeHead kept, TreeHead head)
    {
        RequireSignature(kept);
        if (kept.TreeId != head.TreeId)
            Find(TrailFault.NotConsistent, $"The head kept is of tree {kept.TreeId}, this one of {head.TreeId}: it is another trail.");
        else if (head.Number < kept.Number || head.TreeSize < kept.TreeSize)
            Find(TrailFault.HeadOlder, $"Head {kept.Number} over {kept.TreeSize} rows was kept, the export ends at head {head.Number} over {head.TreeSize}.");
        else if (!whole && !Merkle.IsConsistent(kept.TreeSize, Bytes(kept.RootHash), head.TreeSize, root, [.. Proof(head, kept)]))
            Find(TrailFault.NotConsistent, $"Nothing proves that the {kept.TreeSize} rows of head {kept.Number} are the beginning of the {head.TreeSize} of head {head.Number}.");
    }

    IEnumerable<byte[]> Proof(TreeHead head, TreeHead kept) =>
        header!.PreviousTreeSize == kept.TreeSize && kept.TreeSize < head.TreeSize ? header.Consistency.Select(Bytes) : [];

    void Take(SealedRecord line)
    {
        records++;
        var leafHash = Bytes(line.LeafHash);
        if (line.LeafIndex < nextLeaf) Find(TrailFault.RecordMisplaced, $"Leaf {nextLeaf} should come next at the earliest.", line.LeafIndex, line.Record);
        if (whole && line.LeafIndex > nextLeaf)
        {
            Find(TrailFault.RecordMissing, $"Leaf {nextLeaf} should come next: {line.LeafIndex - nextLeaf} rows are not there.", nextLeaf);
            sound = false;
        }

        nextLeaf = Math.Max(nextLeaf, line.LeafIndex + 1);
        if (whole) Append(leafHash);
        if (line.Record is null)
        {
            Find(TrailFault.RecordMissing, "The row that was sealed here is gone.", line.LeafIndex);
            return;
        }

        var row = line.Record.ToRow();
        var hash = AuditChain.HashOf(row);
        var isEdited = !string.Equals(hash, row.Hash, StringComparison.Ordinal);
        if (isEdited) Find(TrailFault.RecordEdited, $"Its fields hash to {hash}, its hash is {row.Hash}.", line.LeafIndex, line.Record);
        else if (!Merkle.LeafHash(Convert.FromHexString(hash)).AsSpan().SequenceEqual(leafHash)) Find(TrailFault.RecordNotAsSealed, $"Another row than this was sealed at leaf {line.LeafIndex}.", line.LeafIndex, line.Record);
        if (!whole && !Merkle.IsIncluded(leafHash, line.LeafIndex, header!.Head?.TreeSize ?? 0, [.. line.Proof.Select(Bytes)], root))
            Find(TrailFault.ProofWrong, $"Its proof does not lead to root {header.Head?.RootHash}.", line.LeafIndex, line.Record);
        Follow(row, line);
    }

    void Append(byte[] leafHash)
    {
        tree.Append(leafHash);
        // A head that was kept is compared where its tree ended.
        if (sound && previous is not null && tree.Size == previous.TreeSize && !tree.Root().AsSpan().SequenceEqual(Bytes(previous.RootHash)))
            Find(TrailFault.NotConsistent, $"The first {tree.Size} rows had root {previous.RootHash} when head {previous.Number} was signed, now they have {Convert.ToHexStringLower(tree.Root())}.");
    }

    // In a selection of rows only neighbours can be compared.
    void Follow(AuditRow row, SealedRecord line)
    {
        var before = latest.GetValueOrDefault((row.Entity, row.EntityId));
        var expected = (before?.Version ?? 0) + 1;
        if (whole && row.Version != expected) Find(TrailFault.VersionMissing, $"Version {expected} should come next.", line.LeafIndex, line.Record);
        if (row.Version == expected && !string.Equals(row.PreviousHash, before?.Hash ?? "", StringComparison.Ordinal))
            Find(TrailFault.LinkBroken, $"It follows {Name(row.PreviousHash)}, but {Name(before?.Hash ?? "")} is before it.", line.LeafIndex, line.Record);
        if (before is not null && row.Time <= before.Time) Find(TrailFault.TimeReversed, $"{row.Time:O} is not after {before.Time:O}.", line.LeafIndex, line.Record);
        latest[(row.Entity, row.EntityId)] = row with { Changes = "", Origin = null };
    }

    void Take(TreeHead head, bool isLast = false)
    {
        if (!isLast)
        {
            heads++;
            RequireSignature(head);
        }

        if (head.Number != (lastHead?.Number ?? 0) + 1 || head.PreviousHash != TreeHeads.HashOf(lastHead) || head.TreeId != (lastHead?.TreeId ?? head.TreeId)
            || head.TreeSize < (lastHead?.TreeSize ?? 0) || TimeOf(head) < TimeOf(lastHead))
        {
            Find(TrailFault.HeadChainBroken, $"Head {head.Number} does not follow {(lastHead is null ? "nothing" : $"head {lastHead.Number}")}.");
        }

        // Between the last root that fitted and the first that does not lies what was altered.
        if (sound && (tree.Size != head.TreeSize || !tree.Root().AsSpan().SequenceEqual(Bytes(head.RootHash))))
        {
            Find(TrailFault.RootMismatch, $"Rows {lastHead?.TreeSize ?? 0} to {head.TreeSize - 1} are not those that head {head.Number} signed: it has root {head.RootHash} over {head.TreeSize}, they have {Convert.ToHexStringLower(tree.Root())} over {tree.Size}.", lastHead?.TreeSize ?? 0);
            sound = false;
        }

        lastHead = head;
    }

    void End(ExportEnd end)
    {
        ended = true;
        if (end.RecordCount != records || end.HeadCount != heads)
            Find(TrailFault.Incomplete, $"The last line counts {end.RecordCount} records and {end.HeadCount} heads, there are {records} and {heads}.");
        if (KeyOf(end.KeyId, "The export") is { } key && (end.ContentHash != seal.ContentHash() || !Signing.SignedDocument.IsGenuine(end, key)))
            Find(TrailFault.ExportForged, $"Its lines hash to {seal.ContentHash()}, signed was {end.ContentHash}: something in it was altered, left out, put in or moved, or the last line itself.");
    }

    void Find(TrailFault fault, string detail, long? leaf = null, AuditRecord? record = null)
    {
        FindingCount++;
        if (findings.Count < FindingsMax)
            findings.Add(new TrailFinding(fault, leaf, record is null ? "" : $"{header?.Service} {record.Entity} {record.EntityId} version {record.Version}, seq {record.Seq}", detail));
    }

    static DateTimeOffset TimeOf(TreeHead? head) => head?.Time?.ToDateTimeOffset() ?? DateTimeOffset.MinValue;

    // What is no hash at all compares with none.
    static byte[] Bytes(string hex) => hex.Length == 2 * Merkle.HashBytes && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : new byte[Merkle.HashBytes];

    static string Name(string hash) => hash is "" ? "nothing" : hash[..Math.Min(12, hash.Length)];
}
