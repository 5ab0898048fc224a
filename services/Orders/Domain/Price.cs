using Doseline.Kernel.Money;
using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>The price of one dose in one version.</summary>
public sealed record Price
{
    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Product code.</summary>
    public required string ProductCode { get; init; }

    /// <summary>Customer it was agreed with; empty for the list price.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Currency, ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Net amount in minor units of the currency, greater than 0.</summary>
    public required long MinorUnits { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset EffectiveTime { get; init; }

    /// <summary>Counts from 1 for each product, customer and currency.</summary>
    public required long Version { get; init; }
}

/// <summary>What a price must be, and which price holds.</summary>
public static class PriceRules
{
    /// <summary>Highest price, in minor units: a typing error beyond it.</summary>
    public const long MinorUnitsMax = 100_000_000_000;

    /// <summary>Checks a price before it is kept.</summary>
    public static Decision<Price> Check(Price price, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(price.ProductCode, "price.product_code");
        Currency.Read(price.Currency, "price.currency").OrAdd(refusals);
        if (price.MinorUnits is <= 0 or > MinorUnitsMax)
        {
            refusals.Add(Refusal.Invalid("price.minor_units", "PRICE_OUT_OF_RANGE", $"minor_units must be from 1 to {MinorUnitsMax}.")
                .With("minor_units", price.MinorUnits).With("minor_units_max", MinorUnitsMax));
        }

        if (price.EffectiveTime < now)
        {
            refusals.Add(Refusal.Invalid("price.effective_time", "EFFECTIVE_TIME_IN_PAST", "A price cannot take effect in the past.")
                .With("effective_time", price.EffectiveTime).With("nearest_effective_time", now));
        }

        return refusals is [] ? price : refusals;
    }

    /// <summary>The price that holds for a customer at an instant: the agreed one before the list price; null when there is none.</summary>
    /// <param name="prices">Prices of the product.</param>
    /// <param name="customer">Customer, with its currency.</param>
    /// <param name="instant">The instant.</param>
    public static Price? InForce(IEnumerable<Price> prices, Customer customer, DateTimeOffset instant) => prices
        .Where(p => p.Currency == customer.Currency && p.EffectiveTime <= instant && (p.CustomerId is "" || p.CustomerId == customer.Id))
        .OrderByDescending(p => p.CustomerId.Length > 0).ThenByDescending(p => p.Version).FirstOrDefault();
}
