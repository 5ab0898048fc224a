namespace Doseline.Platform.Messaging.Reading;

/// <summary>Where a fact stands that was read and not handled at once.</summary>
public enum WaitState
{
    /// <summary>It is tried again by itself.</summary>
    Retrying,

    /// <summary>It was not tried yet: an earlier fact that shares a row waits.</summary>
    Behind,

    /// <summary>It waits for a person.</summary>
    Parked,

    /// <summary>A person had it handled once more, and it was.</summary>
    Replayed,

    /// <summary>A person gave it up.</summary>
    SetAside,

    /// <summary>A later fact of its type, which holds the whole row, settled it.</summary>
    Overtaken,

    /// <summary>Its publisher lost it, after a restore; what it changed here waits for a person to look at.</summary>
    Orphaned,
}
