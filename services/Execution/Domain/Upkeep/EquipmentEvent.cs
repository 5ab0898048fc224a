namespace Doseline.Execution.Domain.Upkeep;

/// <summary>What happens to equipment; the numbers are those of the wire.</summary>
public enum EquipmentEvent
{
    /// <summary>A batch took it.</summary>
    Used = 1,

    /// <summary>Its batch left it.</summary>
    Left = 2,

    /// <summary>Something was found in it and became waste.</summary>
    WasteFound = 3,

    /// <summary>A waste item left it.</summary>
    WasteOut = 4,

    /// <summary>It was surveyed.</summary>
    Surveyed = 5,

    /// <summary>It became clear.</summary>
    Clear = 6,

    /// <summary>It was cleaned.</summary>
    Cleaned = 7,

    /// <summary>Its state was set by a person.</summary>
    StateSet = 8,

    /// <summary>A maintenance order was opened.</summary>
    Ordered = 9,

    /// <summary>Work of an order began.</summary>
    WorkStarted = 10,

    /// <summary>Work of an order was done.</summary>
    WorkDone = 11,

    /// <summary>It was released to service.</summary>
    Released = 12,

    /// <summary>Its release to service was refused.</summary>
    NotReleased = 13,

    /// <summary>A maintenance order was cancelled.</summary>
    OrderCancelled = 14,
}
