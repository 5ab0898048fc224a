namespace Doseline.Inventory.Domain;

/// <summary>Where something is booked: which holding, in which account and room, in which form, for which use.</summary>
/// <param name="HoldingId">Lot, batch (work in process), dose, sample or waste item; outside of possession, the holding that came from or went there.</param>
/// <param name="Account">Account.</param>
/// <param name="SiteId">Site.</param>
/// <param name="RoomId">Room; empty outside of possession and in transit.</param>
/// <param name="Form">Chemical or physical form.</param>
/// <param name="Use">Authorised use.</param>
public sealed record Place(string HoldingId, Account Account, string SiteId, string RoomId, string Form, string Use)
{
    /// <summary>The same holding outside of possession.</summary>
    public Place Outside(Account account) => this with { Account = account, RoomId = "" };
}
