using Doseline.Platform.Messaging.Reading;

namespace Doseline.Platform.Data;

/// <summary>A fact that was published: a row of the log.</summary>
sealed class FactRow
{
    public required long Position { get; init; }
    public required string Id { get; init; }
    public required string Type { get; init; }
    public required string Subject { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string Data { get; init; }
    public required string DataHash { get; init; }
    public required string CorrelationId { get; init; }
    public required string CausationId { get; init; }
    public required string Actor { get; init; }
    public string? TraceParent { get; init; }
    public long? Sequence { get; init; }
}

/// <summary>How far facts of a type were read.</summary>
sealed class CursorRow
{
    public required string Publisher { get; init; }
    public required string Type { get; init; }
    public required long Position { get; set; }
    public required string FactId { get; set; }
    public required DateTimeOffset ReadTime { get; set; }
}

/// <summary>A fact that had its effect, committed with it. A fact whose effects are turns of several actors has a row of each.</summary>
sealed class InboxRow
{
    public required string FactId { get; init; }
    public required string Part { get; init; }
    public required string Publisher { get; init; }
    public required long Position { get; init; }
    public required string DataHash { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <summary>What it says in the words of the business, which has its effect here once; null where that is not known, or where its publisher lost the fact and may tell it again.</summary>
    public string? Key { get; set; }
}

/// <summary>A fact that was read and not handled, kept with its reason until it is handled, or a person deals with it.</summary>
sealed class WaitingRow
{
    public required string FactId { get; init; }
    public required string Publisher { get; init; }
    public required long Position { get; init; }
    public required string Type { get; init; }
    public required string Keys { get; init; }
    public required string Envelope { get; init; }
    public required WaitState State { get; set; }
    public required long Tries { get; set; }
    public DateTimeOffset? NextTime { get; set; }
    public required string Reason { get; set; }
    public required string Build { get; set; }
    public required DateTimeOffset Time { get; init; }
    public DateTimeOffset? ResolvedTime { get; set; }
    public string? ResolvedBy { get; set; }
    public string? ResolveReason { get; set; }
}

/// <summary>The earliest deadline of an actor that has not come to pass.</summary>
sealed class DeadlineRow
{
    public required string ActorType { get; init; }
    public required string ActorId { get; init; }
    public required DateTimeOffset DueTime { get; set; }
    public required DateTimeOffset NextTime { get; set; }
    public required long Tries { get; set; }
}

/// <summary>A mutating call that was carried out, with its answer.</summary>
sealed class RequestRow
{
    public required string Subject { get; init; }
    public required string RequestId { get; init; }
    public required string Method { get; init; }
    public required string PayloadHash { get; init; }
    public required byte[] Response { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string Origin { get; init; }
}

/// <summary>A name that work was done under, and how often.</summary>
sealed class LockRow
{
    public required string Name { get; init; }
    public required long Taken { get; set; }
}

/// <summary>Which replica does a job that only one may do.</summary>
sealed class LeaseRow
{
    public required string Name { get; init; }
    public required string Holder { get; set; }
    public required DateTimeOffset UntilTime { get; set; }
    public required long Number { get; set; }
}
