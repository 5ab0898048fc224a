using Doseline.Common.V1;
using Doseline.Local.Day.Files;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Local.Day;

/// <summary>The supply desk: places the orders of the day and bills what was delivered.</summary>
sealed class DayOrders(DayInput input, DayPeople people, DayKeys keys, DayJournal journal)
{
    readonly OrdersService.OrdersServiceClient orders = new(people.SupplyDesk);

    /// <summary>Every order of the day.</summary>
    public IReadOnlyList<DayOrder> All { get; } = [.. input.Orders.Select(o => new DayOrder(o))];

    /// <summary>Accepted orders whose promise lies in a run.</summary>
    public IEnumerable<DayOrder> InRun(string runId) => All.Where(o => o.Accepted?.Promise.RunId == runId);

    /// <summary>Places one order.</summary>
    public async Task PlaceAsync(DayOrder order)
    {
        var o = order.Input;
        var product = input.Products.Single(p => p.Product == o.Product);
        if (journal.Of($"order {o.Order}") is { } before)
        {
            order.Refusals = before;
            return;
        }

        try
        {
            var answer = await orders.PlaceOrderAsync(new PlaceOrderRequest
            {
                RequestId = keys.Of("order", o.Order),
                ProductCode = o.Product,
                CustomerCode = o.Customer,
                SiteId = o.Site,
                Wanted = o.Wanted is { } wanted
                    ? new Prescription { AtAdministration = new AdministrationActivity { Nuclide = product.Nuclide, AmountBq = wanted.Bq } }
                    : new Prescription { ProductStandard = true },
                WindowStart = Local(o.WindowStart, o.WindowZone),
                WindowEnd = Local(o.WindowEnd, o.WindowZone),
                PatientToken = o.PatientToken,
                ExternalReference = o.Order,
            });
            order.Accepted = answer.Order;
            order.Administration = answer.Order.Promise.Milestones.Single(m => m.Kind is MilestoneKind.Administration).At.Time.ToDateTimeOffset();
        }
        catch (RpcException fault) when (fault.StatusCode is not StatusCode.Unavailable && RpcErrors.Read(fault) is [_, ..] refusals)
        {
            journal.Remember($"order {o.Order}", order.Refusals = refusals);
        }
    }

    /// <summary>Bills a delivered order.</summary>
    public async Task InvoiceAsync(DayOrder order) =>
        await orders.IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = keys.Of("invoice", order.Input.Order), OrderId = order.Accepted!.OrderId });

    /// <summary>The order as it stands now.</summary>
    public async Task<Order> NowAsync(DayOrder order) => (await orders.GetOrderAsync(new GetOrderRequest { OrderId = order.Accepted!.OrderId })).Order;

    static LocalTime Local(DateTime local, string zone) =>
        new() { DateTime = local.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture), Zone = zone };
}
