namespace Doseline.Kernel.Rules;

/// <summary>The one status model of the platform (ISA-95 calls it disposition): what a lot or a dose may be used for. The numbers are those of the wire.</summary>
public enum QualityStatus
{
    /// <summary>None was heard of: the copy of somebody else's word before that word came.</summary>
    None = 0,

    /// <summary>Being made.</summary>
    InProcess = 1,

    /// <summary>Production is complete; QA decides.</summary>
    Pending = 2,

    /// <summary>On hold: nothing downstream may happen.</summary>
    Quarantine = 3,

    /// <summary>Released by QA.</summary>
    Released = 4,

    /// <summary>Rejected by QA; final.</summary>
    Rejected = 5,

    /// <summary>Approved for use in production.</summary>
    Approved = 6,

    /// <summary>Released by QA while tests that its specification names are pending (21 CFR 211.165(a)); never shown as released.</summary>
    ConditionallyReleased = 7,
}

/// <summary>What has a status.</summary>
public enum StatusHolder
{
    /// <summary>A dose; Quality decides.</summary>
    Dose,

    /// <summary>A lot of material; QA decides, Inventory keeps it.</summary>
    Lot,
}

/// <summary>What changes a status.</summary>
public enum StatusCause
{
    /// <summary>Execution says that production is complete; nobody else can.</summary>
    ProductionComplete,

    /// <summary>A hold was put, by QA or by a deviation.</summary>
    Hold,

    /// <summary>The last hold ended after production was complete.</summary>
    HoldEnded,

    /// <summary>The last hold ended while production was still going on.</summary>
    HoldEndedInProcess,

    /// <summary>QA releases; a dose that was released conditionally, once what was pending has passed.</summary>
    Release,

    /// <summary>QA releases while tests are pending.</summary>
    ReleaseConditionally,

    /// <summary>QA rejects.</summary>
    Reject,

    /// <summary>QA approves for use in production.</summary>
    Approve,
}
