namespace Doseline.Orders.Domain;

/// <summary>All master data at one moment, so that an order is decided without a query.</summary>
public sealed class Catalog(
    IEnumerable<Product> products, IEnumerable<Customer> customers, IEnumerable<Price> prices, IReadOnlyList<CarrierService> carriers)
{
    readonly Dictionary<string, List<Product>> products = products.GroupBy(p => p.Code, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
    readonly Dictionary<string, List<Price>> prices = prices.GroupBy(p => p.ProductCode, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
    readonly Dictionary<string, Customer> customers = customers.ToDictionary(c => c.Id, StringComparer.Ordinal);

    /// <summary>Carrier services offered.</summary>
    public IReadOnlyList<CarrierService> Carriers => carriers;

    /// <summary>Versions of a product, in any order; empty when there is no such product.</summary>
    public IReadOnlyList<Product> VersionsOf(string productCode) => products.GetValueOrDefault(productCode) ?? [];

    /// <summary>The product in force at an instant; null when there is none.</summary>
    public Product? Product(string productCode, DateTimeOffset instant) => ProductRules.InForce(VersionsOf(productCode), instant);

    /// <summary>A product in one version; null when there is none.</summary>
    public Product? Product(string productCode, long version) => VersionsOf(productCode).FirstOrDefault(p => p.Version == version);

    /// <summary>The customer of that id; null when there is none.</summary>
    public Customer? Customer(string id) => customers.GetValueOrDefault(id);

    /// <summary>Ids of the customers that name a partner system.</summary>
    public IEnumerable<string> CustomersOf(string partnerSubject) =>
        customers.Values.Where(c => c.PartnerSubjects.Contains(partnerSubject, StringComparer.Ordinal)).Select(c => c.Id);

    /// <summary>The price that holds for a customer at an instant; null when there is none.</summary>
    public Price? Price(string productCode, Customer customer, DateTimeOffset instant) =>
        PriceRules.InForce(prices.GetValueOrDefault(productCode) ?? [], customer, instant);
}
