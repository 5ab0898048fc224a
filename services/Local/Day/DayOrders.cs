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

    // A clinic is asked for each of so many days.
    const int DaysAhead = 5;

    /// <summary>Every order: those of the files, and those that take the place of a dose that was lost.</summary>
    public List<DayOrder> All { get; } = [.. input.Orders.Select(o => new DayOrder(o))];

    /// <summary>Accepted orders whose promise lies in a run.</summary>
    public IEnumerable<DayOrder> InRun(string runId) => All.Where(o => o.Accepted?.Promise.RunId == runId);

    /// <summary>Places one order.</summary>
    public async Task PlaceAsync(DayOrder order)
    {
        var o = order.Input;
        await TryAsync(order, $"order {o.Order}", async () => (await orders.PlaceOrderAsync(Request(o, keys.Of("order", o.Order)))).Order);
    }

    /// <summary>Orders a dose of a later day for the patient of a dose that was lost: the first day that has room.</summary>
    public async Task ReplaceAsync(DayOrder lost)
    {
        for (var day = 1; day <= DaysAhead; day++)
        {
            var o = Later(lost.Input, day) with { Order = $"{lost.Input.Order}-again", ExpectedAccepted = true };
            DayOrder order = new(o);
            var last = day == DaysAhead;
            if (!await TryAsync(order, $"order {o.Order} {day}", async () => (await orders.PlaceOrderAsync(Request(o, keys.Of("order", o.Order, $"{day}")))).Order) && !last) continue;
            All.Add(order);
            return;
        }
    }

    /// <summary>Moves an order whose run was cancelled: to another run of the same day, or to the first day that has room.</summary>
    public async Task MoveAsync(DayOrder order, string reason)
    {
        var version = journal.VersionOf($"move {order.Input.Order}", (await NowAsync(order)).Version);
        for (var day = 0; day <= DaysAhead; day++)
        {
            var o = Later(order.Input, day);
            RescheduleOrderRequest move = new()
            {
                RequestId = keys.Of("move", o.Order, $"{day}"), OrderId = order.Accepted!.OrderId, Version = version, WindowStart = Local(o.WindowStart, o.WindowZone), WindowEnd = Local(o.WindowEnd, o.WindowZone), Reason = reason,
            };
            if (await TryAsync(order, $"move {o.Order} {day}", async () => (await orders.RescheduleOrderAsync(move)).Order)) return;
        }
    }

    // Asks once and remembers a refusal, for what is asked again later may be accepted then.
    async Task<bool> TryAsync(DayOrder order, string step, Func<Task<Order>> ask)
    {
        if (journal.Of(step) is { } before)
        {
            order.Refusals = before;
            return false;
        }

        try
        {
            order.Take(await ask());
            order.Refusals = [];
            return true;
        }
        catch (RpcException fault) when (fault.StatusCode is not StatusCode.Unavailable && RpcErrors.Read(fault) is [_, ..] refusals)
        {
            journal.Remember(step, order.Refusals = refusals);
            return false;
        }
    }

    static OrderInput Later(OrderInput order, int days) => order with { WindowStart = order.WindowStart.AddDays(days), WindowEnd = order.WindowEnd.AddDays(days) };

    PlaceOrderRequest Request(OrderInput o, string requestId) => new()
    {
        RequestId = requestId,
        ProductCode = o.Product,
        CustomerCode = o.Customer,
        SiteId = o.Site,
        Wanted = o.Wanted is { } wanted
            ? new Prescription { AtAdministration = new AdministrationActivity { Nuclide = input.Products.Single(p => p.Product == o.Product).Nuclide, AmountBq = wanted.Bq } }
            : new Prescription { ProductStandard = true },
        WindowStart = Local(o.WindowStart, o.WindowZone),
        WindowEnd = Local(o.WindowEnd, o.WindowZone),
        PatientToken = o.PatientToken,
        ExternalReference = o.Order,
    };

    /// <summary>Bills a delivered order.</summary>
    /// <param name="order">Order.</param>
    /// <param name="which">Which invoice, where there are several.</param>
    public async Task InvoiceAsync(DayOrder order, params string[] which) =>
        await orders.IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = keys.Of(["invoice", order.Input.Order, .. which]), OrderId = order.Accepted!.OrderId });

    /// <summary>The order as it stands now.</summary>
    public async Task<Order> NowAsync(DayOrder order) => (await orders.GetOrderAsync(new GetOrderRequest { OrderId = order.Accepted!.OrderId })).Order;

    static LocalTime Local(DateTime local, string zone) =>
        new() { DateTime = local.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture), Zone = zone };
}
