using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Testing;

namespace Doseline.Inventory.Tests;

public sealed class IssueTests
{
    [Fact]
    [Requirement("A014", "A049")]
    public async Task An_issue_takes_impurities_along_and_changes_stock_and_cost_by_the_same_lot()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var receipt = plant.Receipt(100e9, "store-a", plant.Activity(20e6, "Lu-177m"));
        (receipt.CostMinor, receipt.Currency) = (1_000_001, "USD");
        var lot = (await plant.Lots.ReceiveLotAsync(receipt)).Lot;
        (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 40e9)))).ShouldHaveSingleItem().Code.ShouldBe("LOT_NOT_APPROVED");
        await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = LotStatus.Approved, Version = lot.Version, Reason = "ok" });

        var request = plant.Issue(lot, 40e9);
        var issued = await plant.Execution.IssueToBatchAsync(request);
        issued.Activity.ActivityBq.ShouldBe(40e9);
        issued.Impurities.ShouldHaveSingleItem().ActivityBq.ShouldBe(8e6, 1e-3);
        issued.LeftInLot.ActivityBq.ShouldBe(60e9, 1e-3);
        (await plant.Execution.IssueToBatchAsync(request)).ShouldBe(issued);
        (await plant.TotalAsync()).ShouldBe(100e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Wip)).ShouldBe(40e9, 1e-3);

        await platform.SettleAsync();
        var fact = platform.Facts<MaterialIssued>().ShouldHaveSingleItem();
        (fact.LotId, fact.TransactionId, fact.Activity).ShouldBe((lot.LotId, issued.TransactionId, issued.Activity));
        CostsService.CostsServiceClient costs = new(platform.As("planner"));
        var booked = (await costs.ListCostsAsync(new ListCostsRequest { SiteId = Plant.Site, BatchId = "batch-1" })).Entries;
        booked.Select(entry => (entry.Account, entry.SignedMinor)).ShouldBe([(CostAccount.Stock, -400_000), (CostAccount.Batch, 400_000)]);
        booked.ShouldAllBe(entry => entry.TransactionId == issued.TransactionId && entry.LotId == lot.LotId && entry.Activity.Equals(issued.Activity));

        // The rest goes as a whole, and the shares of the cost add up to the cost of the lot.
        await platform.AdvanceAsync(TimeSpan.FromHours(5));
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 60e9 * Math.Pow(2, -5 / 24.0 / 6.6443)));
        var all = (await costs.ListCostsAsync(new ListCostsRequest { SiteId = Plant.Site, LotId = lot.LotId })).Entries;
        all.Where(entry => entry.Account == CostAccount.Batch).Sum(entry => entry.SignedMinor).ShouldBe(1_000_001);
        all.Sum(entry => entry.SignedMinor).ShouldBe(0);
        (await plant.CategoryAsync(PossessionCategory.Lot)).ShouldBe(0);
        (await plant.Lots.ListLotsAsync(new ListLotsRequest { SiteId = Plant.Site, OnlyLeft = true })).Lots.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A014", "E06")]
    public async Task An_issue_is_refused_with_every_reason()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(10e9);
        var request = plant.Issue(lot, 11e9, room: "office");
        (request.Use, request.MaterialCode) = ("research", "AC225");
        (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(request))).Select(refusal => refusal.Code)
            .ShouldBe(["WRONG_MATERIAL", "LOT_INSUFFICIENT"], ignoreOrder: true);
        request = plant.Issue(lot, 9e9, room: "office");
        request.Use = "research";
        (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(request))).Select(refusal => refusal.Code)
            .ShouldBe(["ROOM_NOT_AUTHORISED", "USE_NOT_AUTHORISED"], ignoreOrder: true);
        (await TestPlatform.RefusalsAsync(async () => await new PossessionService.PossessionServiceClient(platform.As("operator")).IssueToBatchAsync(plant.Issue(lot, 1e9))))
            .ShouldHaveSingleItem().Code.ShouldBe("ROLE_NOT_ALLOWED");
    }

    [Fact]
    [Requirement("A038", "A065", "A085")]
    public async Task From_lot_to_waste_the_total_of_the_licence_stays_and_every_becquerel_is_accounted_for()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 50e9));
        await plant.DispenseAsync("dose-1", 20e9);
        await plant.DispenseAsync("dose-2", 15e9);
        await platform.GiveAsync("batch-1", new SampleTaken { SampleId = "sample-1", BatchId = "batch-1", SiteId = Plant.Site, RoomId = "qc", Activity = plant.Activity(1e9) });
        await platform.GiveAsync("waste-1", new WasteArisen
        {
            WasteId = "waste-1", FromId = "batch-1", FromKind = HoldingKind.Wip, BatchId = "batch-1", SiteId = Plant.Site, RoomId = "waste",
            Contents = { plant.Activity(10e9) }, Cause = WasteCause.Residue,
        });
        (await plant.TotalAsync()).ShouldBe(100e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Dose)).ShouldBe(35e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Sample)).ShouldBe(1e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Waste)).ShouldBe(10e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Wip)).ShouldBe(4e9, 1e-3);

        await platform.GiveAsync("waste-2", new WasteArisen { WasteId = "waste-2", FromId = "dose-2", FromKind = HoldingKind.Dose, BatchId = "batch-1", SiteId = Plant.Site, RoomId = "waste", Cause = WasteCause.Expired });
        (await plant.TotalAsync()).ShouldBe(100e9, 1e-3);
        await platform.GiveAsync("sample-1", new Quality.V1.SampleDiscarded { SampleId = "sample-1", BatchId = "batch-1" });
        (await plant.TotalAsync()).ShouldBe(100e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Waste)).ShouldBe(26e9, 1e-3);

        await platform.GiveAsync("batch-1", new BatchRecordClosed { BatchId = "batch-1" });
        await platform.SettleAsync();
        var variance = platform.Facts<VarianceBooked>().ShouldHaveSingleItem();
        variance.MissingBq.ShouldBe(4e9, 1e-3);
        // 10 CFR 20 Appendix C of Lu-177 is 100 µCi = 3.7 MBq in the data set.
        variance.AppendixCMultiple.ShouldBe(4e9 / 3.7e6, 1e-3);
        (await plant.TotalAsync()).ShouldBe(96e9, 1e-3);

        var entries = (await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site, PageSize = 500 })).Entries;
        foreach (var transaction in entries.GroupBy(entry => (entry.TransactionId, entry.Nuclide, entry.ReferenceTime)))
            transaction.Sum(entry => entry.SignedBq).ShouldBe(0);
    }

    [Fact]
    [Requirement("A038")]
    public async Task Possession_ends_at_hand_over_and_comes_back_when_the_shipment_is_void()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(10e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 10e9));
        await plant.DispenseAsync("dose-1", 7.4e9);
        Shipping.V1.PackageShipped shipped = new() { PackageId = "p1", SiteId = Plant.Site, Doses = { new Shipping.V1.ShippedDose { DoseId = "dose-1" } }, ShipTime = platform.Now.ToWireTime() };
        var fact = await platform.GiveAsync("p1", shipped);
        (await plant.TotalAsync()).ShouldBe(2.6e9, 1e-3);
        await platform.GiveAsync(fact);
        (await plant.TotalAsync()).ShouldBe(2.6e9, 1e-3);
        await platform.GiveAsync("p1", new Shipping.V1.ShipmentVoided { PackageId = "p1", SiteId = Plant.Site, Doses = { new Shipping.V1.ShippedDose { DoseId = "dose-1" } }, VoidTime = platform.Now.ToWireTime() });
        (await plant.TotalAsync()).ShouldBe(10e9, 1e-3);
        (await plant.PossessionAsync()).Groups.ShouldContain(group => group.Category == PossessionCategory.Dose && group.RoomId == "hc-1");
    }
}
