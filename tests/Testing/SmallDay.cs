using Doseline.Local.Day.Files;

namespace Doseline.Testing;

/// <summary>A few orders of a day with what they need and nothing else, so that a story about them takes seconds.</summary>
static class SmallDay
{
    /// <summary>The part of a day that concerns some of its orders.</summary>
    /// <param name="day">The day.</param>
    /// <param name="orders">Orders to keep.</param>
    /// <param name="runs">Runs to keep: those the orders are promised from.</param>
    public static DayInput Only(this DayInput day, IReadOnlyList<string> orders, IReadOnlyList<string> runs)
    {
        var keptOrders = day.Orders.Where(o => orders.Contains(o.Order)).ToList();
        var keptRuns = day.Runs.Where(r => runs.Contains(r.Run)).ToList();
        var sites = keptOrders.Select(o => o.Site).Concat(keptRuns.Select(r => r.Site)).ToHashSet(StringComparer.Ordinal);
        var products = keptOrders.Select(o => o.Product).Concat(keptRuns.Select(r => r.Product)).ToHashSet(StringComparer.Ordinal);
        var customers = keptOrders.Select(o => o.Customer).ToHashSet(StringComparer.Ordinal);
        var deliveries = day.Deliveries.Where(d => keptRuns.Any(r => r.Lot == d.Lot)).ToList();
        // A receipt with an alternative was refused for what lay there before it.
        deliveries = [.. day.Deliveries.Where(d => deliveries.Contains(d) || deliveries.Any(k => k.AlternativeRoom.Length > 0 && k.Room == d.Room && d.Arrive <= k.Arrive))];
        return day with
        {
            Orders = keptOrders,
            Runs = keptRuns,
            Deliveries = deliveries,
            Sites = [.. day.Sites.Where(s => sites.Contains(s.Site))],
            Rooms = [.. day.Rooms.Where(r => sites.Contains(r.Site))],
            Licences = [.. day.Licences.Where(l => sites.Contains(l.Site))],
            Materials = [.. day.Materials.Where(m => deliveries.Any(d => d.Material == m.Material))],
            Suppliers = [.. day.Suppliers.Where(s => deliveries.Any(d => d.Supplier == s.Supplier))],
            Equipment = [.. day.Equipment.Where(e => keptRuns.Any(r => r.HotCell == e.Equipment) || (e.Class is "dose_calibrator" or "instrument" && sites.Contains(e.Site)))],
            Maintenance = [],
            Cleaning = [.. day.Cleaning.Where(c => sites.Contains(c.Site))],
            Products = [.. day.Products.Where(p => products.Contains(p.Product)).Select(p => p with { Sites = [.. p.Sites.Where(sites.Contains)] })],
            Prices = [.. day.Prices.Where(p => products.Contains(p.Product))],
            Recipes = day.Recipes.Where(r => keptRuns.Any(k => k.Recipe == r.Key) || day.Products.Any(p => products.Contains(p.Product) && p.Recipe == r.Key)).ToDictionary(r => r.Key, r => r.Value, StringComparer.Ordinal),
            Specifications = [.. day.Specifications.Where(s => products.Contains(s.Product))],
            Customers = [.. day.Customers.Where(c => customers.Contains(c.Customer))],
            Carriers = [.. day.Carriers.Where(c => customers.Contains(c.Customer) && sites.Contains(c.Site))],
            Incidents = [.. day.Incidents.Where(i => i.Kind is not "breakdown" && (i.Run.Length == 0 || runs.Contains(i.Run)) && (i.Order.Length == 0 || orders.Contains(i.Order)) && (i.Customer.Length == 0 || customers.Contains(i.Customer)))],
        };
    }
}
