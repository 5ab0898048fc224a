using Doseline.Orders.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Tests.Stage;

/// <summary>Orders that the stage tells of: whole, for a fact that lacks what an order is made by is not published.</summary>
static class StageOrders
{
    /// <summary>An accepted order.</summary>
    /// <param name="id">Order.</param>
    /// <param name="product">Product; what the stage's listener reads its codes from.</param>
    public static OrderAccepted Accepted(string id, string product = "p")
    {
        var instant = Timestamp.FromDateTimeOffset(new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        return new OrderAccepted
        {
            OrderId = id, ProductCode = product, SiteId = "s", CustomerId = "c", Wanted = new() { Nuclide = "Lu-177", ActivityBq = 7.4e9, ReferenceTime = instant, DataVersion = "1" },
            WindowStartTime = instant, WindowEndTime = instant, WindowZone = "UTC", ReservationId = "r", RunId = "u", EndOfSynthesisTime = instant, ReleaseByTime = instant, CutoffTime = instant,
            DeliveryTime = instant, ExpireTime = instant, RecipeCode = "m",
        };
    }
}
