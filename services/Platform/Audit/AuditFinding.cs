namespace Doseline.Platform.Audit;

/// <summary>What is wrong at one place of the audit trail.</summary>
public enum AuditFault
{
    /// <summary>An audit row's fields no longer hash to its hash: it was edited.</summary>
    Edited,

    /// <summary>A version between two others, or the first, is not there: a row was dropped.</summary>
    MissingVersion,

    /// <summary>An audit row does not follow the one before it: rows were dropped, inserted, swapped or rewritten.</summary>
    BrokenLink,

    /// <summary>Time runs backwards within one record.</summary>
    TimeReversed,

    /// <summary>The record's own version or hash is not that of its last audit row: the last rows were dropped or added to.</summary>
    HeadMismatch,

    /// <summary>A column of the record is not what its last audited change left: the record was edited past the application.</summary>
    RecordEdited,

    /// <summary>The trail tells of a record that is not there: it was deleted.</summary>
    RecordMissing,

    /// <summary>A record has no trail: it was inserted past the application, or its trail was dropped.</summary>
    RecordWithoutTrail,

    /// <summary>A trail of a table that is not audited.</summary>
    UnknownEntity,
}

/// <summary>One finding of <see cref="AuditVerifier"/>.</summary>
/// <param name="Entity">Table.</param>
/// <param name="EntityId">Record.</param>
/// <param name="Version">Version at which it shows.</param>
/// <param name="Fault">What it is.</param>
/// <param name="Detail">For a person: what was expected and what is there.</param>
public sealed record AuditFinding(string Entity, string EntityId, long Version, AuditFault Fault, string Detail);
