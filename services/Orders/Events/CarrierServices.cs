using System.Globalization;
using Doseline.Orders.Data;
using Doseline.Platform.Messaging;
using Doseline.Shipping.V1;

namespace Doseline.Orders.Events;

/// <summary>Keeps the copy of Shipping's carrier services.</summary>
public sealed class CarrierServices(OrdersDb db, CatalogCache catalogs) : IFactHandler<CarrierServicePublished>
{
    /// <inheritdoc/>
    public async Task HandleAsync(CarrierServicePublished fact, Fact envelope, CancellationToken cancel)
    {
        var row = await db.LoadAsync<CarrierServiceRow>(cancel, fact.CarrierServiceId);
        if (row?.PublishTime > envelope.Time) return;
        var weekdays = string.Join(',', fact.PickupWeekdays.Select(d => d.ToString(CultureInfo.InvariantCulture)));
        if (row is null)
        {
            db.Put(row = new CarrierServiceRow
            {
                Id = fact.CarrierServiceId,
                Carrier = fact.Carrier,
                SiteId = fact.SiteId,
                CustomerId = fact.CustomerId,
                PickupWeekdays = weekdays,
                CutoffMinuteOfDay = fact.CutoffMinuteOfDay,
                Zone = fact.Zone,
                TransitTicks = fact.Transit.ToTimeSpan().Ticks,
                Active = fact.Active,
                PublishTime = envelope.Time,
            });
        }

        (row.Carrier, row.SiteId, row.CustomerId, row.PickupWeekdays) = (fact.Carrier, fact.SiteId, fact.CustomerId, weekdays);
        (row.CutoffMinuteOfDay, row.Zone, row.TransitTicks) = (fact.CutoffMinuteOfDay, fact.Zone, fact.Transit.ToTimeSpan().Ticks);
        (row.Active, row.PublishTime) = (fact.Active, envelope.Time);
        db.OnCommit(catalogs.Drop);
    }
}
