using Doseline.Execution.V1;
using Doseline.Orders.Tests.Support;
using Doseline.Orders.V1;
using Doseline.Testing;

namespace Doseline.Orders.Tests;

/// <summary>Moving, cancelling, listing and watching orders, and who may.</summary>
public sealed class ChangingTests
{
    [Fact]
    [Requirement("A032")]
    public async Task A_moved_appointment_is_promised_anew_in_the_place_of_the_old()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        var moved = (await desk.Orders.RescheduleOrderAsync(new RescheduleOrderRequest
        {
            RequestId = TestPlatform.RequestId(),
            OrderId = order.OrderId,
            Version = 1,
            WindowStart = Desk.Local("2026-11-26T10:00"),
            WindowEnd = Desk.Local("2026-11-26T12:00"),
        })).Order;
        moved.Version.ShouldBe(2);
        moved.Wanted.ActivityBq.ShouldBe(7.4e9);
        moved.Wanted.ReferenceTime.ToDateTimeOffset().ShouldBe(new DateTimeOffset(2026, 11, 26, 17, 0, 0, TimeSpan.Zero));
        desk.Schedule.Reserved[^1].ReplacesReservationId.ShouldBe(order.Promise.ReservationId);
        await desk.Platform.SettleAsync();
        desk.Platform.Facts<OrderRescheduled>().ShouldHaveSingleItem().Order.ReservationId.ShouldBe(moved.Promise.ReservationId);

        var stale = await TestPlatform.RefusalsAsync(() => desk.Orders.RescheduleOrderAsync(new RescheduleOrderRequest
        {
            RequestId = TestPlatform.RequestId(),
            OrderId = order.OrderId,
            Version = 1,
            WindowStart = Desk.Local("2026-11-26T10:00"),
            WindowEnd = Desk.Local("2026-11-26T12:00"),
        }).ResponseAsync);
        stale.ShouldHaveSingleItem().Code.ShouldBe("VERSION_STALE");
    }

    [Fact]
    public async Task A_cancelled_order_gives_its_place_back_once_that_is_durable()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        var cancelled = (await desk.Orders.CancelOrderAsync(Cancel(order))).Order;
        cancelled.State.ShouldBe(OrderState.Cancelled);
        desk.Schedule.Returned.ShouldBeEmpty();
        await desk.Platform.SettleAsync();
        desk.Schedule.Returned.ShouldBe([order.Promise.ReservationId]);
        desk.Platform.Facts<OrderCancelled>().ShouldHaveSingleItem().Reason.ShouldBe("CLINICAL");
        (await RefusedAsync(desk, Cancel(order))).ShouldBe(["ORDER_CANCELLED"]);
    }

    [Fact]
    public async Task After_the_start_of_production_it_is_too_late_to_cancel()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Platform.GiveAsync("batch-1", new BatchStarted { BatchId = "batch-1", DoseIds = { order.DoseId } });
        var refusals = await TestPlatform.RefusalsAsync(() => desk.Orders.CancelOrderAsync(Cancel(order)).ResponseAsync);
        refusals.ShouldHaveSingleItem().Code.ShouldBe("TOO_LATE_TO_CANCEL");
        refusals[0].Numbers["cancellation_deadline_time"].ShouldBe("2026-11-23T17:00:00Z");
        refusals[0].Numbers["state"].ShouldBe("IN_PRODUCTION");
    }

    [Fact]
    public async Task A_partner_sees_and_orders_for_its_own_customers_only()
    {
        await using var desk = await Desk.OpenAsync();
        var partner = new OrdersService.OrdersServiceClient(desk.Platform.As("partner"));
        (await TestPlatform.RefusalsAsync(() => partner.PlaceOrderAsync(Desk.OrderOf()).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("CUSTOMER_NOT_ALLOWED");
        var order = await desk.PlaceAsync();
        (await TestPlatform.RefusalsAsync(() => partner.GetOrderAsync(new GetOrderRequest { OrderId = order.OrderId }).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("ORDER_UNKNOWN");
        (await partner.ListOrdersAsync(new ListOrdersRequest())).Orders.ShouldBeEmpty();

        var customer = Desk.CustomerOf(desk.Platform.Now);
        customer.PartnerSubjects.Add("person:partner");
        await desk.Customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = customer, Version = 1 });
        (await partner.PlaceOrderAsync(Desk.OrderOf())).Order.PatientToken.ShouldNotBeEmpty();
        (await partner.ListOrdersAsync(new ListOrdersRequest())).Orders.Count.ShouldBe(2);
    }

    [Fact]
    [Requirement("A130")]
    public async Task A_customer_that_is_renamed_keeps_its_id_and_so_does_every_order_of_it()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        var customer = Desk.CustomerOf(desk.Platform.Now);
        customer.Name = "Under another name";
        var renamed = (await desk.Customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = customer, Version = 1 })).Customer;
        (renamed.Name, renamed.CustomerId).ShouldBe(("Under another name", order.CustomerId));
        (await desk.Orders.GetOrderAsync(new GetOrderRequest { OrderId = order.OrderId })).Order.CustomerId.ShouldBe(order.CustomerId);
        (await desk.PlaceAsync()).CustomerId.ShouldBe(order.CustomerId);
    }

    [Fact]
    public async Task Lists_are_paged_filtered_and_their_tokens_belong_to_one_caller()
    {
        await using var desk = await Desk.OpenAsync();
        for (var i = 0; i < 5; i++) await desk.PlaceAsync();
        List<string> seen = [];
        var request = new ListOrdersRequest { PageSize = 2, ProductCode = Desk.Product, States = { OrderState.Accepted } };
        string token;
        do
        {
            var page = await desk.Orders.ListOrdersAsync(request);
            seen.AddRange(page.Orders.Select(o => o.OrderId));
            request.PageToken = token = page.NextPageToken;
            if (token is not "" && seen.Count == 2)
            {
                var other = new OrdersService.OrdersServiceClient(desk.Platform.As("auditor"));
                (await TestPlatform.RefusalsAsync(() => other.ListOrdersAsync(request).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("PAGE_TOKEN_INVALID");
            }
        }
        while (token is not "");
        seen.Distinct(StringComparer.Ordinal).Count().ShouldBe(5);
        (await desk.Orders.ListOrdersAsync(new ListOrdersRequest { States = { OrderState.Cancelled } })).Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_watcher_gets_what_is_open_and_then_each_change()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var watch = desk.Orders.WatchOrders(new WatchOrdersRequest(), cancellationToken: stop.Token);
        (await watch.ResponseStream.MoveNext(stop.Token)).ShouldBeTrue();
        watch.ResponseStream.Current.Order.OrderId.ShouldBe(order.OrderId);
        await desk.Orders.CancelOrderAsync(Cancel(order));
        (await watch.ResponseStream.MoveNext(stop.Token)).ShouldBeTrue();
        watch.ResponseStream.Current.Order.State.ShouldBe(OrderState.Cancelled);
    }

    [Fact]
    public async Task Master_data_has_versions_and_a_stale_writer_is_refused()
    {
        await using var desk = await Desk.OpenAsync();
        var put = new PutProductRequest { RequestId = TestPlatform.RequestId(), Product = Desk.ProductOf(), Version = 1 };
        put.Product.PrescriptionBq = 5.9e9;
        (await desk.Products.PutProductAsync(put)).Product.ProductVersion.ShouldBe(2);
        (await desk.Products.GetProductAsync(new GetProductRequest { ProductCode = Desk.Product })).Product.PrescriptionBq.ShouldBe(5.9e9);
        (await desk.Products.GetProductAsync(new GetProductRequest { ProductCode = Desk.Product, ProductVersion = 1 })).Product.PrescriptionBq.ShouldBe(7.4e9);
        (await desk.Products.ListProductsAsync(new ListProductsRequest())).Products.ShouldHaveSingleItem().ProductVersion.ShouldBe(2);
        put.RequestId = TestPlatform.RequestId();
        (await TestPlatform.RefusalsAsync(() => desk.Products.PutProductAsync(put).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("VERSION_STALE");
        put.Product = new Product { ProductCode = "bad code" };
        (await TestPlatform.RefusalsAsync(() => desk.Products.PutProductAsync(put).ResponseAsync)).Count.ShouldBeGreaterThan(8);
        (await desk.Customers.ListCustomersAsync(new ListCustomersRequest())).Customers.ShouldHaveSingleItem().Code.ShouldBe("PHX-ONE");
        (await desk.Prices.ListPricesAsync(new ListPricesRequest { ProductCode = Desk.Product })).Prices.ShouldHaveSingleItem().PriceVersion.ShouldBe(1);
    }

    static CancelOrderRequest Cancel(Order order) => new() { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Cause = CancelCause.Clinical };

    static async Task<IEnumerable<string>> RefusedAsync(Desk desk, CancelOrderRequest request) =>
        (await TestPlatform.RefusalsAsync(() => desk.Orders.CancelOrderAsync(request).ResponseAsync)).Select(r => r.Code);
}
