using Doseline.Orders.V1;
using Doseline.Platform.Messaging;
using Doseline.Shipping.Data;

namespace Doseline.Shipping.Events;

/// <summary>Keeps the copies of customers and promises that papers and the gate read.</summary>
public sealed class OrderCopies(ShippingDb db) :
    IFactHandler<CustomerPublished>, IFactHandler<OrderAccepted>, IFactHandler<OrderRescheduled>, IFactHandler<OrderCancelled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(CustomerPublished fact, Fact envelope, CancellationToken cancel)
    {
        var row = await db.LoadAsync<CustomerCopy>(cancel, fact.CustomerId)
            ?? db.Put(new CustomerCopy { Id = fact.CustomerId, Code = "", Name = "", Address = "[]", Zone = "", LicenceNumber = "", LicenceExpireTime = null, LicenceLines = "[]" });
        (row.Code, row.Name, row.Zone) = (fact.Code, fact.Name, fact.Zone);
        row.Address = Json.Write(fact.AddressLines.ToList());
        row.LicenceNumber = fact.LicenceNumber;
        row.LicenceExpireTime = fact.LicenceExpireTime?.ToDateTimeOffset();
        row.LicenceLines = Json.Write(fact.LicenceLines.Select(line => new Domain.LicenceLine(line.Nuclide, line.LimitBq, line.Form)).ToList());
    }

    /// <inheritdoc/>
    public Task HandleAsync(OrderAccepted fact, Fact envelope, CancellationToken cancel) => PutAsync(fact, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(OrderRescheduled fact, Fact envelope, CancellationToken cancel) => PutAsync(fact.Order, cancel);

    /// <inheritdoc/>
    public async Task HandleAsync(OrderCancelled fact, Fact envelope, CancellationToken cancel)
    {
        // An order that was never accepted here has nothing to cancel; its later acceptance cannot come, for the log keeps its order.
        if (await db.LoadAsync<OrderCopy>(cancel, fact.OrderId) is { } row) row.Cancelled = true;
    }

    async Task PutAsync(OrderAccepted order, CancellationToken cancel)
    {
        var row = await db.LoadAsync<OrderCopy>(cancel, order.OrderId) ?? db.Put(new OrderCopy
        {
            Id = order.OrderId, SiteId = "", CustomerId = "", CarrierServiceId = "", CutoffTime = default, DeliveryTime = default, WindowEndTime = default, Cancelled = false,
        });
        (row.SiteId, row.CustomerId, row.CarrierServiceId) = (order.SiteId, order.CustomerId, order.CarrierServiceId);
        row.CutoffTime = order.CutoffTime.ToDateTimeOffset();
        row.DeliveryTime = order.DeliveryTime.ToDateTimeOffset();
        row.WindowEndTime = order.WindowEndTime.ToDateTimeOffset();
    }
}
