using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.Extensions.Logging;

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
        await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = LotStatus.Approved, Version = lot.Version, RecordId = "COA-1", Reason = "ok" });

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
    [Requirement("A054", "A180", "A182")]
    public async Task What_was_issued_for_one_operator_is_not_had_again_under_its_id_for_another()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        PossessionService.PossessionServiceClient For(string name) => new(platform.AsService("execution", TestPlatform.PersonIn("operator") with { Subject = $"person:{name}" }));
        var request = plant.Issue(lot, 40e9);
        var issued = await For("ann").IssueToBatchAsync(request);
        (await For("ann").IssueToBatchAsync(request)).ShouldBe(issued);
        (await TestPlatform.RefusalsAsync(() => For("bo").IssueToBatchAsync(request).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("REQUEST_ID_REUSED");
        (await plant.CategoryAsync(PossessionCategory.Wip)).ShouldBe(40e9, 1e-3);
    }

    [Fact]
    [Requirement("A103", "A178")]
    public async Task A_lot_is_issued_only_for_who_may_act_where_it_is_whichever_service_asks()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        foreach (var (person, code) in new[]
        {
            (TestPlatform.PersonIn("operator") with { Sites = ["elsewhere"] }, "SITE_NOT_ALLOWED"),
            (TestPlatform.PersonIn("operator", "qa") with { Sites = ["elsewhere", Plant.Site], SitesByRole = Caller.ByRole([new("operator", "elsewhere"), new("qa", Plant.Site)]) }, "SITE_NOT_ALLOWED"),
            (TestPlatform.PersonIn("planner"), "ROLE_NOT_ALLOWED"),
        })
        {
            PossessionService.PossessionServiceClient execution = new(platform.AsService("execution", person));
            (await TestPlatform.RefusalsAsync(() => execution.IssueToBatchAsync(plant.Issue(lot, 40e9)).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe(code);
        }

        (await TestPlatform.RefusalsAsync(() => new PossessionService.PossessionServiceClient(platform.AsService("execution")).IssueToBatchAsync(plant.Issue(lot, 40e9)).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("PERSON_NEEDED");
        (await plant.CategoryAsync(PossessionCategory.Wip)).ShouldBe(0);
    }

    [Fact]
    [Requirement("A014", "A110", "E06")]
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
    public async Task Doses_are_filled_while_material_goes_into_their_batch_and_neither_is_turned_away()
    {
        using LogLines lines = new();
        await using var platform = await TestPlatform.StartAsync(configure: builder => builder.Logging.AddProvider(lines));
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 50e9));
        // Both book on the lines of the batch. Facts of one batch come one after the other, and know nothing of the name that issues work under.
        await Task.WhenAll(Task.Run(FillAsync), Task.Run(IssueAsync), Task.Run(IssueAsync));
        (await plant.CategoryAsync(PossessionCategory.Dose)).ShouldBe(20e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Wip)).ShouldBe(50e9, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Lot)).ShouldBe(30e9, 1e-3);
        lines.All.Select(line => line.Text).Where(text => text.StartsWith("inventory.", StringComparison.Ordinal) && text.Contains("tried again", StringComparison.Ordinal)).ShouldBeEmpty();

        async Task FillAsync()
        {
            for (var dose = 0; dose < 20; dose++) await plant.DispenseAsync($"dose-{dose}", 1e9);
        }

        async Task IssueAsync()
        {
            for (var part = 0; part < 10; part++) await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 1e9));
        }
    }

    [Fact]
    [Requirement("A065", "P02")]
    public async Task What_is_found_in_a_cell_comes_out_of_what_was_missing_and_more_than_that_is_a_variance()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 50e9));
        await platform.GiveAsync("remainder", Waste("remainder", "batch-1", HoldingKind.Wip, 2e9));
        var before = await plant.TotalAsync();

        await platform.GiveAsync("wipes-1", Waste("wipes-1", "remainder", HoldingKind.Waste, 0.5e9));
        (await plant.TotalAsync()).ShouldBe(before, 1e-3);
        (await plant.CategoryAsync(PossessionCategory.Waste)).ShouldBe(2e9, 1e-3);

        await platform.GiveAsync("wipes-2", Waste("wipes-2", "remainder", HoldingKind.Waste, 4e9));
        await platform.SettleAsync();
        (await plant.CategoryAsync(PossessionCategory.Waste)).ShouldBe(4.5e9, 1e-3);
        (await plant.TotalAsync()).ShouldBe(before + 2.5e9, 1e-3);
        platform.Facts<VarianceBooked>().ShouldHaveSingleItem().MissingBq.ShouldBe(-2.5e9, 1e-3);

        WasteArisen Waste(string id, string from, HoldingKind kind, double bq) => new()
        {
            WasteId = id, FromId = from, FromKind = kind, BatchId = "batch-1", SiteId = Plant.Site, RoomId = "hc-1", Contents = { plant.Activity(bq) }, Cause = WasteCause.Residue,
        };
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
