namespace Doseline.Identity.Domain;

/// <summary>Where a role assignment stands.</summary>
public enum AssignmentState
{
    /// <summary>Waits for its approver.</summary>
    Proposed,

    /// <summary>In effect.</summary>
    Granted,

    /// <summary>Turned down.</summary>
    Refused,

    /// <summary>Was in effect.</summary>
    Removed,
}
