namespace Doseline.Inventory.Domain;

/// <summary>How a radionuclide was made; it decides which long-lived impurities must be expected.</summary>
public enum ProductionRoute
{
    /// <summary>Does not apply: cold material.</summary>
    None = 0,

    /// <summary>From a target of the same element.</summary>
    CarrierAdded = 1,

    /// <summary>From a target of another element.</summary>
    NoCarrierAdded = 2,

    /// <summary>By accelerator.</summary>
    Accelerator = 3,

    /// <summary>Eluted from a generator.</summary>
    Generator = 4,
}
