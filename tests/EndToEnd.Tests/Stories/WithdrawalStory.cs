using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Shipping.V1;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>A proof of delivery turns out to be of another box, after it has closed the batch record and the dose was billed.</summary>
public sealed class WithdrawalStory
{
    [Theory]
    [Requirement("A057")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_shipment_that_fails_after_its_batch_was_closed_reopens_it_everywhere_and_nothing_stays_half(bool comesBack)
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.ToShippedAsync();
        await story.DeliverAsync();
        await story.BillAsync();
        var closed = (await story.RecordAsync()).Batch;
        closed.State.ShouldBe(BatchState.Closed);

        PackagesService.PackagesServiceClient shipper = new(story.People.Shipper), qa = new(story.People.Qa);
        var package = (await shipper.GetPackageAsync(new GetPackageRequest { PackageId = (await story.OrderNowAsync()).PackageId })).Package;
        WithdrawDeliveryRequest Withdraw() => new() { RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, Reason = "the courier scanned another box" };
        (await Story.CodesAsync(() => shipper.WithdrawDeliveryAsync(Withdraw()).ResponseAsync)).ShouldNotBeEmpty("only QA takes a proof back");
        package = (await qa.WithdrawDeliveryAsync(Withdraw())).Package;
        await story.Platform.SettleAsync();

        var open = (await story.RecordAsync()).Batch;
        (open.State, open.ReopenReason).ShouldBe((BatchState.Ready, "the courier scanned another box"));
        var order = await story.OrderNowAsync();
        (order.State, order.InvoiceId).ShouldBe((OrderState.Shipped, ""));
        (await Story.CodesAsync(() => BillAsync(story))).ShouldNotBeEmpty("nothing is billed that was not delivered");

        if (comesBack)
        {
            await shipper.VoidShipmentAsync(new VoidShipmentRequest { RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, Reason = "found in the depot" });
            await story.Platform.SettleAsync();
            (await DosesAsync(story)).ShouldBe(1, "it is possessed again");
            await story.Platform.AdvanceAsync(TimeSpan.FromDays(6));
            (await story.OrderNowAsync()).State.ShouldBe(OrderState.Lost);
            (await DosesAsync(story)).ShouldBe(0, "it expired, and is waste");
        }
        else
        {
            await shipper.RecordDeliveryAsync(new RecordDeliveryRequest
            {
                RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, DeliveryTime = story.Now.ToWire(), Recipient = "R. Ceiver", Condition = "whole",
                SealId = package.SealId, SealIntact = true,
            });
            await story.Platform.SettleAsync();
            await BillAsync(story);
            (await story.OrderNowAsync()).State.ShouldBe(OrderState.Invoiced);
        }

        var again = (await story.RecordAsync()).Batch;
        again.State.ShouldBe(BatchState.Closed);
        again.RecordVersion.ShouldBeGreaterThan(closed.RecordVersion);
        again.RecordHash.ShouldNotBe(closed.RecordHash);
        (await HoldingsAsync(story, PossessionCategory.Wip)).ShouldBe(0, "the batch is settled in the books");
    }

    static Task BillAsync(Story story) => new OrdersService.OrdersServiceClient(story.People.SupplyDesk)
        .IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = story.Order.Accepted!.OrderId }).ResponseAsync;

    static Task<int> DosesAsync(Story story) => HoldingsAsync(story, PossessionCategory.Dose);

    static async Task<int> HoldingsAsync(Story story, PossessionCategory category) =>
        (await new PossessionService.PossessionServiceClient(story.People.Auditor).ListHoldingsAsync(new ListHoldingsRequest { SiteId = story.Run.Site, Category = category })).Holdings.Count;
}
