using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Units;
using Doseline.Platform.Signing;
using Doseline.Testing;
using LotRules = Doseline.Inventory.Domain.LotRules;

namespace Doseline.Inventory.Tests;

/// <summary>Amounts in any unit of the one table; activities in the nuclide data in force at the site.</summary>
public sealed class UnitsAndDataTests
{
    [Fact]
    [Requirement("A137", "A170")]
    public async Task A_recipe_may_ask_in_another_unit_than_lots_are_counted_in_and_is_given_exactly_that()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.Materials.PutMaterialAsync(Cold("RINSE", "L"));
        (await TestPlatform.RefusalsAsync(async () => await plant.Materials.PutMaterialAsync(Cold("SALT", "spoon")))).Single().Code.ShouldBe("UNIT_UNKNOWN");
        await plant.Materials.PutSupplierAsync(new PutSupplierRequest { RequestId = TestPlatform.RequestId(), Supplier = new Supplier { SupplierCode = "BUF", Name = "Buffers", MaterialCodes = { "RINSE" } }, Reason = "new" });
        var lot = (await plant.Lots.ReceiveLotAsync(new ReceiveLotRequest
        {
            RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = "store-a", MaterialCode = "RINSE", SupplierCode = "BUF", SupplierBatch = "B1", Form = "liquid", Use = "manufacture", Quantity = 1,
        })).Lot;
        await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = LotStatus.Approved, Version = lot.Version, RecordId = "COA-1", Reason = "ok" });

        (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(Ask(lot, 5, "mg")))).Single().Code.ShouldBe("UNIT_OF_OTHER_DIMENSION");
        (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(Ask(lot, 5, "cups")))).Single().Code.ShouldBe("UNIT_UNKNOWN");
        (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(Ask(lot, 1001, "mL")))).Single().Code.ShouldBe("LOT_INSUFFICIENT");
        await plant.Execution.IssueToBatchAsync(Ask(lot, 250, "mL"));
        await plant.Execution.IssueToBatchAsync(Ask(lot, 250_000, "µL"));
        await plant.Execution.IssueToBatchAsync(Ask(lot, 0.25, ""));
        (await plant.Lots.GetLotAsync(new GetLotRequest { LotId = lot.LotId })).Lot.QuantityLeft.ShouldBe(0.25);
        await platform.SettleAsync();
        platform.Facts<MaterialIssued>().ShouldAllBe(f => f.Quantity == 0.25 && f.Unit == "L");
    }

    [Fact]
    [Requirement("A153", "A187")]
    public void A_thousand_chains_of_withdrawals_in_mixed_units_leave_exactly_nothing()
    {
        Random random = new(Chance.Seed);
        foreach (var dimension in new[] { Dimension.Mass, Dimension.Volume })
        {
            List<Unit> units = [.. UnitTable.All.Where(unit => unit.Dimension == dimension)];
            for (var chain = 0; chain < 500; chain++)
            {
                // Each is asked for in its unit and counted in another; together they are the lot.
                var counted = units.Single(unit => unit is { Multiple: 1, PowerOfTen: 0 });
                List<decimal> asked = [];
                for (var i = random.Next(2, 40); i > 0; i--)
                {
                    var amount = random.Next(1, 1_000_000) / 1_000_000m;
                    var unit = units[random.Next(units.Count)];
                    // A unit in which the amount is too fine or too large is not the one it is asked for in.
                    if (UnitTable.Convert(amount, counted, unit, "quantity") is not { Accepted: true } fits || !UnitTable.Amount(fits.Value, unit, "quantity").Accepted) unit = counted;
                    var sent = UnitTable.Amount((double)UnitTable.Convert(amount, counted, unit, "quantity").Value, unit, "quantity").Value;
                    asked.Add(UnitTable.Amount(UnitTable.Convert(sent, unit, counted, "quantity").Value, counted, "quantity").Value);
                }

                var left = asked.Sum();
                // As it is stored between two withdrawals.
                foreach (var taken in asked.OrderBy(_ => random.Next())) left = (decimal)(double)LotRules.Take("lot", left, taken).Value;
                left.ShouldBe(0m);
                LotRules.Take("lot", left, 0.000001m).Refusals.Single().Code.ShouldBe("LOT_INSUFFICIENT");
            }
        }
    }

    [Fact]
    [Requirement("A153", "A187")]
    public async Task A_lot_that_is_taken_in_parts_is_used_up_by_the_last_and_its_cost_with_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.LotsOfAnySizeAsync("received_amount");
        await plant.Materials.PutMaterialAsync(Cold("RINSE", "L"));
        await plant.Materials.PutSupplierAsync(new PutSupplierRequest { RequestId = TestPlatform.RequestId(), Supplier = new Supplier { SupplierCode = "BUF", Name = "Buffers", MaterialCodes = { "RINSE" } }, Reason = "new" });
        Random random = new(Chance.Seed);
        (double, string)[][] fixedChains = [[(0.1, ""), (0.1, "L"), (0.1, "")], [(100, "mL"), (0.1, "L"), (100_000, "µL")]];
        foreach (var chain in fixedChains.Concat(Enumerable.Range(0, 8).Select(_ => Drawn(random))))
        {
            var total = chain.Sum(step => UnitTable.Convert((decimal)step.Item1, UnitTable.Find(step.Item2 is "" ? "L" : step.Item2)!, UnitTable.Find("L")!, "quantity").Value);
            var lot = (await plant.Lots.ReceiveLotAsync(new ReceiveLotRequest
            {
                RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = "store-a", MaterialCode = "RINSE", SupplierCode = "BUF", SupplierBatch = "B1", Form = "liquid", Use = "manufacture",
                Quantity = (double)total, CostMinor = 1_000_001, Currency = "USD",
            })).Lot;
            lot = (await plant.Qa.ChangeLotStatusAsync(Change(lot, lot.LotId))).Lot;
            (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(Ask(lot, 0.1 + 0.2, "")))).ShouldHaveSingleItem().Code.ShouldBe("AMOUNT_TOO_FINE");
            foreach (var (amount, unit) in chain) await plant.Execution.IssueToBatchAsync(Ask(lot, amount, unit));
            var used = (await plant.Lots.GetLotAsync(new GetLotRequest { LotId = lot.LotId })).Lot;
            (used.QuantityLeft, used.CostLeftMinor).ShouldBe((0, 0));
            (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(Ask(lot, 0.000001, "")))).ShouldHaveSingleItem().Code.ShouldBe("LOT_INSUFFICIENT");
        }

        static (double, string)[] Drawn(Random random) => [.. Enumerable.Range(0, random.Next(3, 12)).Select(_ => random.Next(3) switch
        {
            0 => (random.Next(1, 1000) / 1000.0, "L"),
            1 => (random.Next(1, 1_000_000) / 1000.0, "mL"),
            _ => (random.Next(1, 1_000_000), "µL"),
        })];
    }

    [Fact]
    [Requirement("A170", "A188")]
    public async Task An_unknown_lot_is_refused_by_every_method_that_takes_one()
    {
        // Execution asks Inventory under the name it was given, and passes its refusal on, as its own tests show.
        ContractMethods.All.Values.Where(m => ContractMethods.PolicyOf(m) is { Mutates: true } && m.InputType.FindFieldByName("lot_id") is not null).Select(m => m.Name)
            .ShouldBe(["IssueMaterial", "ChangeLotStatus", "IssueToBatch"], ignoreOrder: true);
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(10e9);
        var before = await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site });
        foreach (var id in new[] { "", "none", lot.LotId.ToUpperInvariant(), lot.SupplierBatch })
        {
            (await TestPlatform.RefusalsAsync(async () => await plant.Execution.IssueToBatchAsync(new IssueToBatchRequest(plant.Issue(lot, 1e9)) { LotId = id }))).ShouldHaveSingleItem().Code.ShouldBe("LOT_UNKNOWN");
            (await TestPlatform.RefusalsAsync(async () => await plant.Qa.ChangeLotStatusAsync(Change(lot, id)))).ShouldHaveSingleItem().Code.ShouldBe("LOT_UNKNOWN");
        }

        (await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site })).ShouldBe(before);
    }

    [Fact]
    [Requirement("A170", "A188")]
    public async Task A_licensee_that_is_not_on_file_is_given_nothing_and_none_is_taken_for_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(10e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 10e9));
        await platform.GiveAsync("w1", new Execution.V1.WasteArisen
        {
            WasteId = "w1", FromId = "batch-1", FromKind = Execution.V1.HoldingKind.Wip, BatchId = "batch-1", SiteId = Plant.Site, RoomId = "hc-1", Contents = { plant.Activity(8e9) }, Cause = Execution.V1.WasteCause.Residue,
        });
        var known = await plant.TransfereeAsync(Plant.Authorisation(platform.Now + TimeSpan.FromDays(1), "*"));
        var before = await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site });
        MovesService.MovesServiceClient waste = new(platform.AsService("waste", "radiation_safety"));
        foreach (var id in new[] { "none", known.TransfereeId + " ", known.TransfereeId[..^1], known.TransfereeId.Replace("-", "", StringComparison.Ordinal) + "x", known.Authorisation.Name, known.Authorisation.LicenceNumber })
        {
            (await TestPlatform.RefusalsAsync(() => waste.TransferWasteAsync(new TransferWasteRequest { RequestId = TestPlatform.RequestId(), WasteIds = { "w1" }, TransfereeId = id, DeliveryPlace = "Main building" }).ResponseAsync))
                .ShouldHaveSingleItem().Code.ShouldBe("TRANSFEREE_UNKNOWN");
            (await TestPlatform.RefusalsAsync(() => plant.TransfereeAsync(known.Authorisation, new Transferee { TransfereeId = id, Version = known.Version }))).ShouldHaveSingleItem().Code.ShouldBe("TRANSFEREE_UNKNOWN");
        }

        (await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site })).ShouldBe(before);
        // It was the licensee alone.
        await waste.TransferWasteAsync(new TransferWasteRequest { RequestId = TestPlatform.RequestId(), WasteIds = { "w1" }, TransfereeId = known.TransfereeId, DeliveryPlace = "Main building" });
    }

    [Fact]
    [Requirement("A149")]
    public async Task A_lot_changes_its_status_only_under_a_record_that_controls_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ReceiveAsync(10e9);
        lot.StatusRecordId.ShouldBeEmpty();
        await RefusedAsync(lot, LotStatus.Approved, LotStatus.Rejected);
        (await plant.Lots.GetLotAsync(new GetLotRequest { LotId = lot.LotId })).Lot.ShouldBe(lot);
        var approved = (await plant.Qa.ChangeLotStatusAsync(Change(lot, lot.LotId))).Lot;
        (approved.Status, approved.StatusRecordId).ShouldBe((LotStatus.Approved, "COA-1"));
        await platform.SettleAsync();
        platform.Facts<LotStatusChanged>().ShouldHaveSingleItem().RecordId.ShouldBe("COA-1");
        await RefusedAsync(approved, LotStatus.Quarantine, LotStatus.Rejected);

        async Task RefusedAsync(Lot from, params LotStatus[] wanted)
        {
            foreach (var status in wanted)
            {
                var refused = (await TestPlatform.RefusalsAsync(async () => await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest(Change(from, from.LotId)) { Status = status, RecordId = "" }))).ShouldHaveSingleItem();
                (refused.Code, refused.Subject).ShouldBe(("FIELD_REQUIRED", "record_id"));
            }
        }
    }

    static ChangeLotStatusRequest Change(Lot lot, string id) =>
        new() { RequestId = TestPlatform.RequestId(), LotId = id, Status = LotStatus.Approved, Version = lot.Version, RecordId = "COA-1", Reason = "certificate reviewed" };

    [Fact]
    [Requirement("A154")]
    public async Task A_site_chooses_its_nuclide_data_and_what_it_receives_is_stated_in_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var site = (await plant.Sites.ListSitesAsync(new ListSitesRequest())).Sites.Single(s => s.SiteId == Plant.Site);
        site.NuclideDataVersion = "icrp107-1";
        var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = site, Reason = "data" }))).Single();
        refusal.Code.ShouldBe("DATA_VERSION_UNKNOWN");
        refusal.Numbers["data_versions"].ShouldContain(NuclideData.Current.Version);
        site.NuclideDataVersion = NuclideData.Current.Version;
        (await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = site, Reason = "data" })).Site.NuclideDataVersion.ShouldBe(NuclideData.Current.Version);

        var lot = await plant.ReceiveAsync(1e9);
        lot.Declared.Single().DataVersion.ShouldBe(NuclideData.Current.Version);
        (await plant.PossessionAsync()).Groups.ShouldAllBe(g => g.Possessed.DataVersion == NuclideData.Current.Version);
        var other = plant.Receipt(1e9);
        other.Contents[0].DataVersion = "icrp107-1";
        (await TestPlatform.RefusalsAsync(async () => await plant.Lots.ReceiveLotAsync(other))).Select(r => r.Code).ShouldContain("DATA_VERSION_UNKNOWN");
    }

    static PutMaterialRequest Cold(string code, string unit) => new()
    {
        RequestId = TestPlatform.RequestId(), Material = new Material { MaterialCode = code, Name = code, Unit = unit, Gxp = true, ShelfLife = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 86_400 } }, Reason = "new",
    };

    static IssueToBatchRequest Ask(Lot lot, double quantity, string unit) => new()
    {
        RequestId = TestPlatform.RequestId(), LotId = lot.LotId, BatchId = "batch-1", RoomId = "hc-1", Quantity = quantity, Unit = unit, Use = "manufacture", MaterialCode = "RINSE",
    };
}
