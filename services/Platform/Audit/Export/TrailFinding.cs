namespace Doseline.Platform.Audit.Export;

/// <summary>What is wrong with an export, or with the trail it was made from.</summary>
public enum TrailFault
{
    /// <summary>The file is not in the form of an export, or lacks its first or last line: it was cut off.</summary>
    Incomplete,

    /// <summary>It is of another form than this version knows, or says something that it does not know, or twice: nobody can say what that would mean.</summary>
    NotUnderstood,

    /// <summary>What stands in the export is not what the service signed when it was made.</summary>
    ExportForged,

    /// <summary>The head is signed with none of the keys given.</summary>
    KeyUnknown,

    /// <summary>A head's signature does not belong to what it says.</summary>
    HeadForged,

    /// <summary>Heads do not follow each other: one was dropped, inserted, or put back.</summary>
    HeadChainBroken,

    /// <summary>The head is older than one that was kept: the trail was put back to an earlier state.</summary>
    HeadOlder,

    /// <summary>The tree of a head that was kept is not a beginning of this one: history was rewritten.</summary>
    NotConsistent,

    /// <summary>Records do not hash to the signed root.</summary>
    RootMismatch,

    /// <summary>A record's fields no longer hash to its hash.</summary>
    RecordEdited,

    /// <summary>A record is not what was sealed at its place.</summary>
    RecordNotAsSealed,

    /// <summary>A sealed record is not there.</summary>
    RecordMissing,

    /// <summary>A record stands at a place where it does not belong, or twice.</summary>
    RecordMisplaced,

    /// <summary>A record's proof does not lead to the signed root.</summary>
    ProofWrong,

    /// <summary>Versions of an entity do not follow each other.</summary>
    VersionMissing,

    /// <summary>A record does not name the hash of the one before it.</summary>
    LinkBroken,

    /// <summary>Time runs backwards within one entity.</summary>
    TimeReversed,
}

/// <summary>One finding of <see cref="TrailVerification"/>.</summary>
/// <param name="Fault">What it is.</param>
/// <param name="Leaf">Leaf at which it shows, from 0; null when it is about a head or the file.</param>
/// <param name="Record">The record, as service, table, key and version; empty when it is about a head or the file.</param>
/// <param name="Detail">For a person: what was expected and what is there.</param>
public sealed record TrailFinding(TrailFault Fault, long? Leaf, string Record, string Detail)
{
    /// <summary>The finding in one line.</summary>
    public override string ToString() => $"{Fault}{(Leaf is { } leaf ? $" at leaf {leaf}" : "")}{(Record is "" ? "" : $", {Record}")}: {Detail}";
}
