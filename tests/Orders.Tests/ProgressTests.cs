using Doseline.Execution.V1;
using Doseline.Orders.Tests.Support;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Orders.Tests;

/// <summary>How an order follows the facts of others, and when it may be billed.</summary>
public sealed class ProgressTests
{
    [Fact]
    [Requirement("A029", "A035", "A051", "A153")]
    public async Task Only_a_released_shipped_and_delivered_dose_is_billed_at_the_price_of_acceptance()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Prices.PutPriceAsync(new PutPriceRequest
        {
            RequestId = TestPlatform.RequestId(),
            Price = new Price { ProductCode = Desk.Product, Currency = "USD", MinorUnits = 9_999_999 },
            Version = 1,
        });
        (await BillRefusedAsync(desk, order)).ShouldBe(["DOSE_NOT_RELEASED", "DOSE_NOT_SHIPPED", "DOSE_NOT_DELIVERED"]);

        await desk.Platform.GiveAsync("pkg", Delivered(desk, order));
        await desk.Platform.GiveAsync("pkg", Shipped(desk, order));
        (await BillRefusedAsync(desk, order)).ShouldBe(["DOSE_NOT_RELEASED"]);
        await desk.Platform.GiveAsync(order.DoseId, Disposed(desk, order, Disposition.Released));

        var invoice = (await desk.Orders.IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId })).Invoice;
        invoice.Number.ShouldBe("2026-000001");
        invoice.Price.MinorUnits.ShouldBe(4_250_075);
        invoice.Price.PriceVersion.ShouldBe(1);
        // 19 % of 42 500.75 is 8 075.1425: rounded once, to 8 075.14.
        invoice.TaxMinorUnits.ShouldBe(807_514);
        invoice.RoundingMode.ShouldBe("HALF_EVEN");
        (await desk.GetAsync(order.OrderId)).State.ShouldBe(OrderState.Invoiced);
        (await BillRefusedAsync(desk, order)).ShouldBe(["ALREADY_INVOICED"]);
        (await desk.Orders.GetInvoiceAsync(new GetInvoiceRequest { OrderId = order.OrderId })).Invoice.ShouldBe(invoice);
        (invoice.OrderId, invoice.DoseId).ShouldBe((order.OrderId, order.DoseId));
        OrdersService.OrdersServiceClient elsewhere = new(desk.Platform.UnsignedAs(TestPlatform.PersonIn("supply_desk") with { Sites = ["elsewhere"] }));
        (await TestPlatform.RefusalsAsync(() => elsewhere.GetInvoiceAsync(new GetInvoiceRequest { InvoiceId = invoice.InvoiceId }).ResponseAsync)).Single().Code.ShouldBe("SITE_NOT_ALLOWED");
    }

    [Fact]
    [Requirement("A051")]
    public async Task Facts_in_any_order_lead_to_the_same_state()
    {
        await using var desk = await Desk.OpenAsync();
        var one = await desk.PlaceAsync();
        var two = await desk.PlaceAsync();
        foreach (var (subject, fact) in Story(desk, one)) await desk.Platform.GiveAsync(subject, fact);
        foreach (var (subject, fact) in Story(desk, two).Reverse()) await desk.Platform.GiveAsync(subject, fact);
        var (first, second) = (await desk.GetAsync(one.OrderId), await desk.GetAsync(two.OrderId));
        first.State.ShouldBe(OrderState.Shipped);
        second.State.ShouldBe(OrderState.Shipped);
        second.PackageId.ShouldBe($"pkg-b-{two.OrderId}");
        second.CertificateId.ShouldBe(first.CertificateId);
    }

    [Fact]
    public async Task A_quarantine_after_release_takes_the_release_back()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Platform.GiveAsync(order.DoseId, Disposed(desk, order, Disposition.Released));
        (await desk.GetAsync(order.OrderId)).State.ShouldBe(OrderState.Released);
        await desk.Platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        await desk.Platform.GiveAsync(order.DoseId, Disposed(desk, order, Disposition.Quarantine));
        var held = await desk.GetAsync(order.OrderId);
        held.State.ShouldBe(OrderState.Accepted);
        held.CertificateId.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A001", "A161")]
    public async Task A_deviation_on_the_batch_is_seen_on_the_order()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Platform.GiveAsync("dev-1", new DeviationOpened { DeviationId = "dev-1", BatchId = "batch-1", Code = "RESULT_OUT_OF_SPECIFICATION" });
        await desk.Platform.GiveAsync("batch-1", new BatchStarted { BatchId = "batch-1", DoseIds = { order.DoseId } });
        (await desk.GetAsync(order.OrderId)).OpenDeviationIds.ShouldBe(["dev-1"]);
        await desk.Platform.GiveAsync("dev-1", new DeviationClosed { DeviationId = "dev-1", BatchId = "batch-1", MayContinue = true });
        var after = await desk.GetAsync(order.OrderId);
        after.OpenDeviationIds.ShouldBeEmpty();
        after.ClosedDeviationIds.ShouldBe(["dev-1"]);
    }

    [Fact]
    public async Task A_cancelled_run_breaks_the_promise_and_a_lost_dose_says_why()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Platform.GiveAsync(order.Promise.RunId, new RunChanged { RunId = order.Promise.RunId, Cancelled = true, OrderIds = { order.OrderId } });
        var broken = (await desk.Orders.ListOrdersAsync(new ListOrdersRequest { AtRiskOnly = true })).Orders.ShouldHaveSingleItem();
        broken.PromiseBroken.ShouldBeTrue();
        await desk.Platform.GiveAsync(order.DoseId, new DoseLost { DoseId = order.DoseId, OrderId = order.OrderId, Cause = DoseLossCause.NotMade });
        var lost = await desk.GetAsync(order.OrderId);
        lost.State.ShouldBe(OrderState.Lost);
        lost.LossCause.ShouldBe("NOT_MADE");
    }

    [Fact]
    [Requirement("E01")]
    public async Task An_order_says_on_what_condition_its_dose_left_and_that_it_is_called_back()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Platform.GiveAsync(order.DoseId, Disposed(desk, order, Disposition.ConditionallyReleased));
        var left = await desk.GetAsync(order.OrderId);
        (left.State, left.CertificateId).ShouldBe((OrderState.ConditionallyReleased, "cert-1"));
        var listed = await desk.Orders.ListOrdersAsync(new ListOrdersRequest { States = { OrderState.ConditionallyReleased } });
        listed.Orders.ShouldHaveSingleItem().OrderId.ShouldBe(order.OrderId);

        RecallOpened opened = new() { RecallId = "recall-1", Reason = "Sterility is out of specification.", Doses = { new RecalledDose { DoseId = order.DoseId, OrderId = order.OrderId } } };
        await desk.Platform.GiveAsync("recall-1", opened);
        var called = await desk.GetAsync(order.OrderId);
        (called.RecallId, called.RecallReason, called.RecallOpen, called.Version).ShouldBe(("recall-1", opened.Reason, true, left.Version + 1));
        await desk.Platform.GiveAsync("recall-2", new RecallClosed { RecallId = "recall-2", OrderIds = { order.OrderId } });
        (await desk.GetAsync(order.OrderId)).RecallOpen.ShouldBeTrue("another recall was closed");
        await desk.Platform.GiveAsync("recall-1", new RecallClosed { RecallId = "recall-1", OrderIds = { order.OrderId } });
        var closed = await desk.GetAsync(order.OrderId);
        (closed.RecallId, closed.RecallOpen).ShouldBe(("recall-1", false));
    }

    [Fact]
    [Requirement("A057")]
    public async Task An_invoice_for_a_delivery_that_was_withdrawn_is_cancelled_and_another_bills_the_delivery_that_happened()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        await desk.Platform.GiveAsync(order.DoseId, Disposed(desk, order, Disposition.Released));
        await desk.Platform.GiveAsync("pkg", Shipped(desk, order));
        await desk.Platform.GiveAsync("pkg", Delivered(desk, order));
        var first = (await desk.Orders.IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId })).Invoice;
        await desk.Platform.AdvanceAsync(TimeSpan.FromMinutes(5));

        await desk.Platform.GiveAsync("pkg", new DeliveryWithdrawn
        {
            PackageId = "pkg", Doses = { Shipped(desk, order).Doses }, SiteId = "site-1", Reason = "another box", WithdrawTime = desk.Platform.Now.ToTimestamp(),
        });
        var open = await desk.GetAsync(order.OrderId);
        (open.State, open.InvoiceId).ShouldBe((OrderState.Shipped, ""));
        var cancelled = (await desk.Orders.GetInvoiceAsync(new GetInvoiceRequest { InvoiceId = first.InvoiceId })).Invoice;
        (cancelled.CancelTime.ToDateTimeOffset(), cancelled.CancelReason, cancelled.Number, cancelled.TotalMinorUnits).ShouldBe((desk.Platform.Now, "another box", first.Number, first.TotalMinorUnits));
        (await BillRefusedAsync(desk, order)).ShouldNotBeEmpty();

        await desk.Platform.GiveAsync("pkg", Delivered(desk, order));
        var second = (await desk.Orders.IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId })).Invoice;
        second.InvoiceId.ShouldNotBe(first.InvoiceId);
        string.CompareOrdinal(second.Number, first.Number).ShouldBePositive();
        (await desk.Orders.GetInvoiceAsync(new GetInvoiceRequest { OrderId = order.OrderId })).Invoice.ShouldBe(second);
        (await desk.GetAsync(order.OrderId)).State.ShouldBe(OrderState.Invoiced);
    }

    static IEnumerable<(string, IMessage)> Story(Desk desk, Order order)
    {
        var dose = new ShippedDose { DoseId = order.DoseId, OrderId = order.OrderId, CertificateId = "cert-1" };
        var (a, b) = ($"pkg-a-{order.OrderId}", $"pkg-b-{order.OrderId}");
        yield return ("batch", new BatchStarted { BatchId = "batch-1", DoseIds = { order.DoseId } });
        yield return (order.DoseId, new DoseDispensed { DoseId = order.DoseId, OrderId = order.OrderId, BatchId = "batch-1" });
        yield return (order.DoseId, Disposed(desk, order, Disposition.Pending, after: 1));
        yield return (order.DoseId, Disposed(desk, order, Disposition.Released, after: 2));
        yield return (a, new PackageShipped { PackageId = a, Doses = { dose }, ShipTime = desk.Platform.Now.ToTimestamp() });
        yield return (a, new ShipmentVoided { PackageId = a, Doses = { dose }, VoidTime = desk.Platform.Now.ToTimestamp() });
        yield return (b, new PackageShipped { PackageId = b, Doses = { dose }, ShipTime = desk.Platform.Now.ToTimestamp() });
    }

    // A release travels with the signature of who released.
    static DoseDispositionChanged Disposed(Desk desk, Order order, Disposition to, int after = 0)
    {
        DoseDispositionChanged fact = new()
        {
            DoseId = order.DoseId,
            OrderId = order.OrderId,
            To = to,
            CertificateId = to is Disposition.Released or Disposition.ConditionallyReleased ? "cert-1" : "",
            SignatureTime = desk.Platform.Now.AddMinutes(after).ToTimestamp(),
        };
        return to is Disposition.Released or Disposition.ConditionallyReleased ? desk.Platform.Signer.Released(fact) : fact;
    }

    static PackageShipped Shipped(Desk desk, Order order) => new()
    {
        PackageId = "pkg",
        Doses = { new ShippedDose { DoseId = order.DoseId, OrderId = order.OrderId } },
        ShipTime = desk.Platform.Now.ToTimestamp(),
    };

    static PackageDelivered Delivered(Desk desk, Order order) => new()
    {
        PackageId = "pkg",
        Doses = { new ShippedDose { DoseId = order.DoseId, OrderId = order.OrderId } },
        DeliveryTime = desk.Platform.Now.ToTimestamp(),
    };

    static async Task<IEnumerable<string>> BillRefusedAsync(Desk desk, Order order) =>
        (await TestPlatform.RefusalsAsync(() => desk.Orders.IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId }).ResponseAsync)).Select(r => r.Code);
}
