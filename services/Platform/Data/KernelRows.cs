using Doseline.Platform.Messaging.Delivery;

namespace Doseline.Platform.Data;

/// <summary>A fact that waits to be published, or was.</summary>
sealed class OutboxRow
{
    public long Seq { get; init; }
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
    public DateTimeOffset? SentTime { get; set; }
}

/// <summary>A fact that a handler has seen.</summary>
sealed class InboxRow
{
    public required string FactId { get; init; }
    public required string Handler { get; init; }
    public required string DataHash { get; init; }
    public required DateTimeOffset Time { get; init; }
}

/// <summary>A fact that a handler could not handle, kept with its reason until it is handled, or a person deals with it.</summary>
sealed class ParkedRow
{
    public long Seq { get; init; }
    public required string FactId { get; init; }
    public required string Handler { get; init; }
    public required string Subject { get; init; }
    public required string Envelope { get; init; }
    public required WaitState State { get; set; }
    public required long Tries { get; set; }
    public DateTimeOffset? NextTime { get; set; }
    public required string Reason { get; set; }
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
}
