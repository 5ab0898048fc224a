namespace Doseline.Inventory.Domain;

/// <summary>Kinds of rooms.</summary>
public enum RoomKind
{
    /// <summary>A room in which people work.</summary>
    Room = 1,

    /// <summary>A hot cell.</summary>
    HotCell = 2,

    /// <summary>A store or storage bay.</summary>
    Storage = 3,

    /// <summary>A dock.</summary>
    Dock = 4,

    /// <summary>A room for waste.</summary>
    WasteRoom = 5,
}

/// <summary>A nuclide that may be in a room.</summary>
/// <param name="Nuclide">Symbol, or <c>*</c> for any.</param>
/// <param name="LimitBq">Most at any one time in becquerels, equality included; null for no limit of the room's own.</param>
public sealed record RoomNuclide(string Nuclide, double? LimitBq);

/// <summary>A room, hot cell, storage bay, dock or waste room.</summary>
public sealed record Room
{
    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Kind.</summary>
    public required RoomKind Kind { get; init; }

    /// <summary>Nuclides that may be here; what is not listed may not enter.</summary>
    public required IReadOnlyList<RoomNuclide> Nuclides { get; init; }

    /// <summary>Uses authorised here; empty for any.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>Forms authorised here; empty for any.</summary>
    public IReadOnlyList<string> Forms { get; init; } = [];

    /// <summary>Status classes that may be here together; empty for any, but then nothing quarantined beside what is approved, and rejected material only beside its like.</summary>
    public IReadOnlyList<StatusClass> StatusClasses { get; init; } = [];

    /// <summary>True when only one principal nuclide may be here at a time.</summary>
    public bool SingleNuclide { get; init; }

    /// <summary>False when nothing may enter any more.</summary>
    public bool Active { get; init; } = true;

    /// <summary>What the room says of a nuclide; null when it may not enter.</summary>
    public RoomNuclide? For(string nuclide) =>
        Nuclides.FirstOrDefault(entry => entry.Nuclide == nuclide) ?? Nuclides.FirstOrDefault(entry => entry.Nuclide == Licence.Any);
}
