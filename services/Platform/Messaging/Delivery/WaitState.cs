namespace Doseline.Platform.Messaging.Delivery;

/// <summary>Where a fact stands that a handler could not handle at once.</summary>
public enum WaitState
{
    /// <summary>It is tried again by itself.</summary>
    Retrying,

    /// <summary>It was not tried yet: an earlier fact of its subject waits.</summary>
    Behind,

    /// <summary>It waits for a person.</summary>
    Parked,

    /// <summary>A person had it handled once more, and it was.</summary>
    Replayed,

    /// <summary>A person gave it up.</summary>
    SetAside,
}
