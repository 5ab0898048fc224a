using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>A package arrives with its seal broken, or with a seal that is not the one applied: somebody may have been at the dose.</summary>
public sealed class SealStory
{
    [Theory]
    [Requirement("A214")]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_dose_whose_seal_was_not_intact_at_the_door_is_a_case_of_quality_and_not_billed_before_it_is_decided(bool whole, bool another)
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.ToShippedAsync();
        PackagesService.PackagesServiceClient shipper = new(story.People.Shipper);
        var package = (await shipper.GetPackageAsync(new GetPackageRequest { PackageId = (await story.OrderNowAsync()).PackageId })).Package;
        await shipper.RecordDeliveryAsync(new RecordDeliveryRequest
        {
            RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, DeliveryTime = story.Now.ToWire(), Recipient = "R. Ceiver", Condition = "dry",
            SealId = another ? "a seal of somebody else" : package.SealId, SealIntact = whole,
        });
        await story.Platform.SettleAsync();

        DeviationsService.DeviationsServiceClient quality = new(story.People.Qa);
        var deviation = (await quality.ListDeviationsAsync(new ListDeviationsRequest { DoseId = story.DoseId, OpenOnly = true })).Deviations.ShouldHaveSingleItem();
        (deviation.Source, deviation.SourceId, deviation.Code).ShouldBe((DeviationSource.Shipping, package.PackageId, "SEAL_NOT_INTACT"));
        var order = await story.OrderNowAsync();
        order.OpenDeviationIds.ShouldBe([deviation.DeviationId], "who ordered sees it");
        var record = await new BatchRecordsService.BatchRecordsServiceClient(story.People.Auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = story.BatchId });
        record.Deviations.Select(d => d.DeviationId).ShouldContain(deviation.DeviationId, "so does who reads the batch record");
        (await StateAsync(story)).ShouldBe(Disposition.Quarantine);
        (await Story.CodesAsync(() => BillAsync(story))).ShouldContain("DOSE_NOT_RELEASED");

        await quality.CloseDeviationAsync(new CloseDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), DeviationId = deviation.DeviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "the customs opened it in the courier's presence", Version = deviation.Version,
        });
        await story.Platform.SettleAsync();
        (await Story.CodesAsync(() => BillAsync(story))).ShouldContain("DOSE_NOT_RELEASED", "it left quarantine, and is released by nobody yet");
        await story.ReleaseAsync();
        await BillAsync(story);
        await story.Platform.SettleAsync();
        (await story.OrderNowAsync()).State.ShouldBe(OrderState.Invoiced);
    }

    static async Task<Disposition> StateAsync(Story story) =>
        (await new DispositionService.DispositionServiceClient(story.People.Auditor).GetDispositionAsync(new GetDispositionRequest { DoseId = story.DoseId })).Disposition.State;

    static Task BillAsync(Story story) => new OrdersService.OrdersServiceClient(story.People.SupplyDesk)
        .IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = story.Order.Accepted!.OrderId }).ResponseAsync;
}
