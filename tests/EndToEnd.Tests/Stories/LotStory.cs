using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>A lot is rejected after it was used: what was made of it is held at once, wherever it is, until QA has decided.</summary>
public sealed class LotStory
{
    [Fact]
    [Requirement("A103", "A110", "A123")]
    public async Task A_lot_rejected_after_release_keeps_the_dose_from_leaving()
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        (await DispositionAsync(story)).ShouldBe(Disposition.Released);

        await ChangeAsync(story, LotStatus.Rejected);
        (await DispositionAsync(story)).ShouldBe(Disposition.Quarantine);
        (await Story.CodesAsync(story.ForceShipmentAsync)).ShouldContain("DOSE_NOT_RELEASED");
        (await Story.CodesAsync(story.ReleaseAsync)).ShouldNotBeEmpty();
        var deviation = (await new DeviationsService.DeviationsServiceClient(story.People.Qa).ListDeviationsAsync(new ListDeviationsRequest { BatchId = story.BatchId })).Deviations.ShouldHaveSingleItem();
        deviation.Code.ShouldBe("LOT_REJECTED");
    }

    [Theory]
    [InlineData(LotStatus.Rejected, "LOT_REJECTED")]
    [InlineData(LotStatus.Quarantine, "LOT_QUARANTINE")]
    [Requirement("A016", "A110", "A123")]
    public async Task A_lot_rejected_or_held_while_it_is_made_into_doses_holds_the_batch(LotStatus status, string code)
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.OrderAndReceiveAsync();
        await story.StartAsync();
        await ChangeAsync(story, status);
        var batch = (await new BatchRecordsService.BatchRecordsServiceClient(story.People.Auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = story.BatchId })).Record;
        batch.Batch.OnHold.ShouldBeTrue();
        batch.Exceptions.ShouldHaveSingleItem().Code.ShouldBe(code);
        (await Story.CodesAsync(story.SynthesiseAsync)).ShouldContain("BATCH_ON_HOLD");
    }

    // QA changes the first of the lots that the batch took.
    static async Task ChangeAsync(Story story, LotStatus status)
    {
        LotsService.LotsServiceClient lots = new(story.People.Qa);
        var taken = (await new BatchRecordsService.BatchRecordsServiceClient(story.People.Auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = story.BatchId })).Record.Movements.First(m => m.Kind is MovementKind.Issued).ReferenceId;
        var lot = (await lots.GetLotAsync(new GetLotRequest { LotId = taken })).Lot;
        await lots.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = status, Version = lot.Version, RecordId = "COA-1", Reason = "recalled by the supplier" });
        await story.Platform.SettleAsync();
    }

    static async Task<Disposition> DispositionAsync(Story story) =>
        (await new DispositionService.DispositionServiceClient(story.People.Auditor).GetDispositionAsync(new GetDispositionRequest { DoseId = story.DoseId })).Disposition.State;
}
