using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>A lot is rejected after it was used: what was made of it is held at once, wherever it is, until QA has decided.</summary>
public sealed class LotStory
{
    [Fact]
    [Requirement("A103", "A123")]
    public async Task A_lot_rejected_after_release_keeps_the_dose_from_leaving()
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        (await DispositionAsync(story)).ShouldBe(Disposition.Released);

        await RejectAsync(story);
        (await DispositionAsync(story)).ShouldBe(Disposition.Quarantine);
        (await Story.CodesAsync(story.ForceShipmentAsync)).ShouldContain("DOSE_NOT_RELEASED");
        (await Story.CodesAsync(story.ReleaseAsync)).ShouldNotBeEmpty();
        var deviation = (await new DeviationsService.DeviationsServiceClient(story.People.Qa).ListDeviationsAsync(new ListDeviationsRequest { BatchId = story.BatchId })).Deviations.ShouldHaveSingleItem();
        deviation.Code.ShouldBe("LOT_REJECTED");
    }

    [Fact]
    [Requirement("A016", "A123")]
    public async Task A_lot_rejected_while_it_is_made_into_doses_holds_the_batch()
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.OrderAndReceiveAsync();
        await story.StartAsync();
        await RejectAsync(story);
        var batch = (await new BatchRecordsService.BatchRecordsServiceClient(story.People.Auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = story.BatchId })).Record;
        batch.Batch.OnHold.ShouldBeTrue();
        batch.Exceptions.ShouldHaveSingleItem().Code.ShouldBe("LOT_REJECTED");
        (await Story.CodesAsync(story.SynthesiseAsync)).ShouldContain("BATCH_ON_HOLD");
    }

    // The lots of the story that the batch took; QA rejects the first.
    static async Task RejectAsync(Story story)
    {
        LotsService.LotsServiceClient lots = new(story.People.Qa);
        var taken = (await new BatchRecordsService.BatchRecordsServiceClient(story.People.Auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = story.BatchId })).Record.Movements.First(m => m.Kind is MovementKind.Issued).ReferenceId;
        var lot = (await lots.GetLotAsync(new GetLotRequest { LotId = taken })).Lot;
        await lots.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = LotStatus.Rejected, Version = lot.Version, RecordId = "COA-1", Reason = "recalled by the supplier" });
        await story.Platform.SettleAsync();
    }

    static async Task<Disposition> DispositionAsync(Story story) =>
        (await new DispositionService.DispositionServiceClient(story.People.Auditor).GetDispositionAsync(new GetDispositionRequest { DoseId = story.DoseId })).Disposition.State;
}
