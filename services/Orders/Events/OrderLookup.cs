using Doseline.Orders.Data;

namespace Doseline.Orders.Events;

/// <summary>Finds the order a fact is about.</summary>
static class OrderLookup
{
    /// <summary>The order; null when the fact names none.</summary>
    /// <exception cref="InvalidOperationException">
    /// The fact names an order that is not kept here. An order is committed before anybody hears of it, so waiting does not help: the fact is parked for people to look at.
    /// </exception>
    public static async Task<OrderRow?> OfFactAsync(this OrdersDb db, string orderId, CancellationToken cancel) => orderId is ""
        ? null
        : await db.LoadAsync<OrderRow>(cancel, orderId) ?? throw new InvalidOperationException($"There is no order {orderId}.");
}
