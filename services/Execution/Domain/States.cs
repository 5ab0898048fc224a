namespace Doseline.Execution.Domain;

// The numbers are those of the wire, so that mapping is a cast; a test holds the two together.

/// <summary>States of a run.</summary>
public enum RunState
{
    /// <summary>Takes reservations.</summary>
    Planned = 1,

    /// <summary>A batch works on it.</summary>
    Started = 2,

    /// <summary>Its batch is complete.</summary>
    Done = 3,

    /// <summary>Cancelled.</summary>
    Cancelled = 4,
}

/// <summary>States of a version of a recipe.</summary>
public enum RecipeState
{
    /// <summary>Being written.</summary>
    Draft = 1,

    /// <summary>Approved and immutable.</summary>
    Approved = 2,
}

/// <summary>States of a batch.</summary>
public enum BatchState
{
    /// <summary>Being made.</summary>
    Running = 1,

    /// <summary>Production is complete; the decision is Quality's.</summary>
    Ready = 2,

    /// <summary>Every dose is accounted for and the record is closed.</summary>
    Closed = 3,
}

/// <summary>States of a step.</summary>
public enum StepState
{
    /// <summary>Not begun.</summary>
    Open = 1,

    /// <summary>Begun.</summary>
    Running = 2,

    /// <summary>Performed; a second person has yet to verify it.</summary>
    Performed = 3,

    /// <summary>Complete.</summary>
    Complete = 4,
}

/// <summary>What entered or left a batch.</summary>
public enum MovementKind
{
    /// <summary>Issued from a lot to the batch.</summary>
    Issued = 1,

    /// <summary>Dispensed into a dose.</summary>
    Dispensed = 2,

    /// <summary>Taken as a sample.</summary>
    Sample = 3,

    /// <summary>Measured residue that became waste.</summary>
    Residue = 4,

    /// <summary>Spilled or lost, with a measured or estimated activity.</summary>
    Loss = 5,

    /// <summary>Left unexplained by the balance within its tolerance, and kept as waste so that possession stays on the safe side.</summary>
    Remainder = 6,
}

/// <summary>States of an exception.</summary>
public enum ExceptionState
{
    /// <summary>Waits for a decision.</summary>
    Open = 1,

    /// <summary>Decided, with a reason.</summary>
    Resolved = 2,
}

/// <summary>Where a dose is on its way; what Quality decided stands in <see cref="Kernel.Rules.QualityStatus"/>.</summary>
public enum DoseState
{
    /// <summary>Planned, not made.</summary>
    Planned = 1,

    /// <summary>Its batch runs.</summary>
    InProduction = 2,

    /// <summary>Dispensed and measured.</summary>
    Dispensed = 3,

    /// <summary>Production is complete.</summary>
    Complete = 4,

    /// <summary>Handed to the carrier.</summary>
    Shipped = 7,

    /// <summary>At the customer.</summary>
    Delivered = 8,

    /// <summary>Will reach nobody.</summary>
    Lost = 9,
}

/// <summary>Why a dose was lost; the numbers are those of the wire.</summary>
public enum DoseLoss
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>Passed its expiry.</summary>
    Expired = 1,

    /// <summary>Rejected by QA.</summary>
    Rejected = 2,

    /// <summary>Never made.</summary>
    NotMade = 3,

    /// <summary>Its order was cancelled.</summary>
    Cancelled = 4,
}
