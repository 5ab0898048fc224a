namespace Doseline.Inventory.Domain;

/// <summary>Where activity is booked; the numbers are those of <c>PossessionCategory</c> on the wire.</summary>
public enum Account
{
    /// <summary>Lots in stock.</summary>
    Lot = 1,

    /// <summary>Work in process of a batch.</summary>
    Wip = 2,

    /// <summary>Dispensed doses on site, packed ones included.</summary>
    Dose = 3,

    /// <summary>Samples for quality control.</summary>
    Sample = 4,

    /// <summary>Waste until it is disposed of.</summary>
    Waste = 5,

    /// <summary>On the way in the licensee's own vehicle.</summary>
    InTransit = 6,

    /// <summary>Outside: suppliers.</summary>
    Supplier = 7,

    /// <summary>Outside: customers and other licensees.</summary>
    Consignee = 8,

    /// <summary>Outside: disposed of.</summary>
    Disposed = 9,

    /// <summary>Outside: differences between what was booked and what was found.</summary>
    Variance = 10,

    /// <summary>Samples that are kept, as reserve of what was made.</summary>
    RetainedSample = 11,
}

/// <summary>Questions about accounts.</summary>
public static class Accounts
{
    /// <summary>True when what is booked there is possessed.</summary>
    public static bool IsPossession(this Account account) => account is <= Account.InTransit or Account.RetainedSample;
}
