namespace Doseline.Inventory.Domain;

/// <summary>Everything the gates of a site look at.</summary>
/// <param name="SiteId">Site.</param>
/// <param name="Rooms">Rooms of the site.</param>
/// <param name="Licences">Amendments of licences, those not in force included.</param>
/// <param name="Held">What is there, and what is announced (with <see cref="HeldItem.From"/>).</param>
public sealed record SiteState(string SiteId, IReadOnlyList<Room> Rooms, IReadOnlyList<Licence> Licences, IReadOnlyList<HeldItem> Held);

/// <summary>Activity that is about to arrive in a room.</summary>
/// <param name="Item">What arrives, in its place after arrival.</param>
/// <param name="Time">Instant of arrival.</param>
/// <param name="Leaving">What it leaves behind inside the site: the same activity at its former place; null when it comes from outside.</param>
public sealed record Arrival(HeldItem Item, DateTimeOffset Time, HeldItem? Leaving = null)
{
    /// <summary>Where it arrives.</summary>
    public Place To => Item.Place;
}
