using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Testing;

namespace Doseline.Inventory.Tests;

public sealed class PossessionTests
{
    [Fact]
    [Requirement("A005")]
    public async Task Possession_at_any_instant_agrees_with_an_independent_oracle()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 1e15);
        await plant.LotsOfAnySizeAsync("received_bq");
        List<(DateTimeOffset From, double Bq)> oracle = [];
        double Expected(DateTimeOffset at) => oracle.Where(one => one.From <= at).Sum(one => one.Bq * Math.Exp(-Math.Log(2) * (at - one.From).TotalSeconds / (6.6443 * 86_400)));

        foreach (var (bq, wait) in new[] { (100e9, 1.5), (73.3e9, 0.25), (12.345e9, 9.0), (1e3, 2.0) })
        {
            await plant.ReceiveAsync(bq);
            oracle.Add((platform.Now, bq));
            await platform.AdvanceAsync(TimeSpan.FromDays(wait));
        }

        for (var day = -1.0; day < 200; day += 3.7)
        {
            var at = TestPlatform.Start.AddDays(day);
            var expected = Expected(at);
            (await plant.TotalAsync("Lu-177", at)).ShouldBe(expected, Math.Max(1e-9, expected * 1e-9));
        }
    }

    [Fact]
    [Requirement("A005", "A038")]
    public async Task A_past_report_is_repeated_from_the_ledger_by_effect_and_by_knowledge()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var instant = platform.Now;
        var then = await plant.PossessionAsync(instant);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-a", ToRoomId = "store-b" });
        var known = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.Moves.RecordAssayAsync(new RecordAssayRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, Measured = plant.Activity(90e9), Reason = "assay" });

        var again = await plant.PossessionAsync(instant);
        again.Groups.ShouldBe(then.Groups);
        again.Totals[0].ActivityBq.ShouldBe(then.Totals[0].ActivityBq, 1e-3);
        var now = await plant.PossessionAsync();
        now.Totals[0].ActivityBq.ShouldBe(90e9, 1e-3);
        now.Groups.ShouldHaveSingleItem().RoomId.ShouldBe("store-b");
        var asKnown = await plant.Possession.GetPossessionAsync(new GetPossessionRequest { SiteId = Plant.Site, AsOfTime = platform.Now.ToWireTime(), KnownTime = known.ToWireTime() });
        asKnown.Totals[0].ActivityBq.ShouldBe(100e9 * Math.Pow(2, -3 / 24.0 / 6.6443), 1);
    }

    [Theory]
    [Requirement("A010", "A038")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_sequence_of_operations_conserves_activity_and_rooms_add_up_to_the_site(int seed)
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 500e9);
        Random random = new(seed);
        List<Lot> lots = [];
        List<string> batches = [];
        var doses = 0;
        for (var step = 0; step < 40; step++)
        {
            try
            {
                var before = await plant.TotalAsync();
                switch (random.Next(6))
                {
                    case 0:
                        lots.Add(await plant.ApprovedAsync(1e9 * random.Next(1, 200), "store-a", plant.Activity(1e5, "Lu-177m")));
                        continue;
                    case 1 when lots.Count > 0:
                        var batch = $"batch-{batches.Count}";
                        await plant.Execution.IssueToBatchAsync(plant.Issue(lots[random.Next(lots.Count)], 1e9 * random.Next(1, 60), batch));
                        batches.Add(batch);
                        break;
                    case 2 when batches.Count > 0:
                        await plant.DispenseAsync($"dose-{doses++}", 1e6 * random.Next(1, 900), batches[random.Next(batches.Count)]);
                        break;
                    case 3 when batches.Count > 0:
                        await platform.GiveAsync($"w{step}", new WasteArisen
                        {
                            WasteId = $"w{step}", FromId = batches[random.Next(batches.Count)], FromKind = HoldingKind.Wip, SiteId = Plant.Site, RoomId = "waste",
                            Contents = { plant.Activity(1e6 * random.Next(1, 90)) }, Cause = WasteCause.Residue,
                        });
                        break;
                    case 4 when lots.Count > 0:
                        var lot = lots[random.Next(lots.Count)];
                        await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-a", ToRoomId = "store-b" });
                        break;
                    default:
                        await platform.AdvanceAsync(TimeSpan.FromHours(random.Next(1, 30)));
                        continue;
                }

                (await plant.TotalAsync()).ShouldBe(before, before * 1e-9);
            }
            catch (Grpc.Core.RpcException)
            {
                // Refused: a gate or rule said no, and nothing may have changed; the sums below see to it.
            }
        }

        await AddsUpAsync(plant);
    }

    static async Task AddsUpAsync(Plant plant)
    {
        var platform = plant.Platform;
        (await plant.TotalAsync()).ShouldBeLessThanOrEqualTo(500e9 * (1 + 1e-12));
        foreach (var instant in new[] { platform.Now, platform.Now.AddDays(-1), platform.Now.AddDays(30) })
        {
            var possession = await plant.PossessionAsync(instant);
            foreach (var total in possession.Totals)
                possession.Groups.Where(group => group.Nuclide == total.Nuclide).Sum(group => group.Possessed.ActivityBq).ShouldBe(total.ActivityBq, total.ActivityBq * 1e-12);
        }

        // What is kept for the gates is what the ledger adds up to.
        var kept = await plant.PossessionAsync();
        var ledger = await plant.Possession.GetPossessionAsync(new GetPossessionRequest { SiteId = Plant.Site, AsOfTime = platform.Now.ToWireTime(), KnownTime = platform.Now.ToWireTime() });
        ledger.Groups.Count.ShouldBe(kept.Groups.Count);
        foreach (var (left, right) in kept.Groups.Zip(ledger.Groups)) right.Possessed.ActivityBq.ShouldBe(left.Possessed.ActivityBq, Math.Max(1, left.Possessed.ActivityBq * 1e-9));

        string? token = null;
        List<LedgerEntry> entries = [];
        while (token is not "")
        {
            var page = await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site, PageSize = 50, PageToken = token ?? "" });
            entries.AddRange(page.Entries);
            token = page.NextPageToken;
        }

        foreach (var pair in entries.GroupBy(entry => (entry.TransactionId, entry.Nuclide, entry.ReferenceTime))) pair.Sum(entry => entry.SignedBq).ShouldBe(0);
    }

    [Fact]
    public async Task Holdings_list_what_can_be_moved_and_where_it_is()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lots = new[] { await plant.ReceiveAsync(3e9), await plant.ReceiveAsync(2e9, "store-a", plant.Activity(1e3, "Lu-177m")) };
        List<Holding> holdings = [];
        ListHoldingsRequest request = new() { SiteId = Plant.Site, RoomId = "store-a", Category = PossessionCategory.Lot, PageSize = 1 };
        do
        {
            var page = await plant.Possession.ListHoldingsAsync(request);
            page.Holdings.Count.ShouldBe(1);
            holdings.AddRange(page.Holdings);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken is not "");
        holdings.Select(holding => holding.HoldingId).ShouldBe(lots.Select(lot => lot.LotId).Order(StringComparer.Ordinal));
        holdings.Single(holding => holding.HoldingId == lots[1].LotId).Contents.Select(part => (part.Nuclide, part.ActivityBq)).ShouldBe([("Lu-177", 2e9), ("Lu-177m", 1e3)]);
        (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, HoldingId = lots[0].LotId })).Holdings.ShouldHaveSingleItem().RoomId.ShouldBe("store-a");
        (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, RoomId = "hc-1" })).Holdings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_transfer_needs_evidence_for_type_form_quantity_and_place()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ReceiveAsync(10e9);
        var authorisation = Plant.Authorisation(platform.Now - TimeSpan.FromDays(1), "Lu-177");
        authorisation.LimitBq = 1e9;
        authorisation.Forms.Add("capsule");
        var transferee = await plant.TransfereeAsync(authorisation);
        TransferOutRequest request = new() { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, DeliveryPlace = "Annex", Reason = "sold", TransfereeId = transferee.TransfereeId };
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.TransferOutAsync(request))).Select(refusal => refusal.Code).ShouldBe(
            ["TRANSFEREE_LICENCE_EXPIRED", "TRANSFEREE_QUANTITY_EXCEEDED", "TRANSFEREE_FORM_NOT_AUTHORISED", "TRANSFEREE_PLACE_NOT_AUTHORISED"], ignoreOrder: true);
        // Nobody is named by a text.
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.TransferOutAsync(new TransferOutRequest(request) { TransfereeId = "Clinic, licence L-9" }))).ShouldHaveSingleItem().Code.ShouldBe("TRANSFEREE_UNKNOWN");
        (await plant.TotalAsync()).ShouldBe(10e9, 1e-3);
        await plant.TransfereeAsync(Plant.Authorisation(platform.Now + TimeSpan.FromDays(1), "Lu-177"), transferee);
        request.DeliveryPlace = "Main building";
        (await TestPlatform.RefusalsAsync(async () => await new MovesService.MovesServiceClient(platform.UnsignedAs(TestPlatform.PersonIn("radiation_safety"))).TransferOutAsync(request))).ShouldHaveSingleItem().Code.ShouldBe("SIGNATURE_REQUIRED");
        await plant.Moves.TransferOutAsync(request);
        (await plant.TotalAsync()).ShouldBe(0);
    }

    [Fact]
    [Requirement("A037", "A038", "A239")]
    public async Task What_is_on_the_way_between_sites_stays_possessed_by_the_sender()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = "pa1", Name = "PA", Zone = "America/New_York" } });
        await plant.RoomAsync("pa-store", RoomKind.Storage, 1e15, more: room => room.SiteId = "pa1");
        await plant.LicenceAsync(5e9, licence => (licence.SiteId, licence.Number) = ("pa1", "37-1"));
        var lot = await plant.ReceiveAsync(10e9);
        await plant.Moves.SendToSiteAsync(new SendToSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, ToSiteId = "pa1", Reason = "help out" });
        (await plant.CategoryAsync(PossessionCategory.InTransit)).ShouldBe(10e9, 1e-3);
        // Who may act at a third site has nothing on its way there.
        await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = "tx1", Name = "TX", Zone = "America/Chicago" } });
        MovesService.MovesServiceClient third = new(platform.UnsignedAs(TestPlatform.PersonIn("shipping") with { Sites = ["tx1"] }));
        (await TestPlatform.RefusalsAsync(() => third.ReceiveFromSiteAsync(new ReceiveFromSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, SiteId = "tx1", RoomId = "tx-store" }).ResponseAsync))
            .Select(refusal => refusal.Code).ShouldContain("SENT_TO_ANOTHER_SITE");
        ReceiveFromSiteRequest receive = new() { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, SiteId = "pa1", RoomId = "pa-store" };
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.ReceiveFromSiteAsync(receive))).ShouldHaveSingleItem().Code.ShouldBe("LICENCE_LIMIT_EXCEEDED");
        await plant.LicenceAsync(50e9, licence => (licence.SiteId, licence.Number, licence.Amendment) = ("pa1", "37-1", 1));
        await plant.Moves.ReceiveFromSiteAsync(receive);
        (await plant.TotalAsync()).ShouldBe(0);
        (await plant.Possession.GetPossessionAsync(new GetPossessionRequest { SiteId = "pa1" })).Totals.ShouldHaveSingleItem().ActivityBq.ShouldBe(10e9, 1e-3);
    }

    [Fact]
    [Requirement("A039", "A065", "A085")]
    public async Task Waste_counts_until_it_is_disposed_of()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        Waste.V1.WasteService.WasteServiceClient waste = new(platform.As("radiation_safety"));
        var lot = await plant.ApprovedAsync(10e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 10e9));
        await platform.GiveAsync("w1", new WasteArisen { WasteId = "w1", FromId = "batch-1", FromKind = HoldingKind.Wip, BatchId = "batch-1", SiteId = Plant.Site, RoomId = "hc-1", Contents = { plant.Activity(8e9) }, Cause = WasteCause.Residue });
        var container = (await waste.PutContainerAsync(new Waste.V1.PutContainerRequest
        {
            RequestId = "1", Label = "W", SiteId = Plant.Site, RoomId = "waste",
            Policy = new Waste.V1.ContainerPolicy { DecayInStorage = true, LicenceCondition = "23", MaxHalfLifeDays = 120, MinHalfLives = 10, Source = "licence condition 23" },
        })).Container;
        container = (await waste.AddItemAsync(new Waste.V1.AddItemRequest { RequestId = "2", ContainerId = container.ContainerId, WasteId = "w1" })).Container;
        await platform.SettleAsync();
        (await plant.PossessionAsync()).Groups.ShouldContain(group => group.Category == PossessionCategory.Waste && group.RoomId == "waste");
        await waste.CloseContainerAsync(new Waste.V1.CloseContainerRequest { RequestId = "3", ContainerId = container.ContainerId, Version = container.Version });
        await platform.AdvanceAsync(10 * Plant.LutetiumHalfLife);
        // Ten half-lives leave 1/1024 of 10 GBq in waste and process; it counts although the waste may be surveyed.
        (await plant.TotalAsync()).ShouldBe(10e9 / 1024, 1e-3);
        await platform.InstrumentAsync("meter-1", Plant.Site);
        container = (await waste.SurveyContainerAsync(new Waste.V1.SurveyContainerRequest
        {
            RequestId = "4", ContainerId = container.ContainerId, Instrument = "meter-1",
            BackgroundCpm = 50, SurfaceCpm = 50, NoInterposedShielding = true, MostSensitiveScale = true,
        })).Container;
        await waste.DisposeContainerAsync(new Waste.V1.DisposeContainerRequest
        {
            RequestId = "5", ContainerId = container.ContainerId, Route = Waste.V1.DisposalRoute.DecayInStorage, LabelsRemoved = true, Version = container.Version, Reason = "decayed",
        });
        await platform.SettleAsync();
        (await plant.TotalAsync()).ShouldBe(2e9 / 1024, 1e-3);
    }

    [Fact]
    public async Task Watchers_see_possession_at_once_and_after_every_change()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        using CancellationTokenSource cancel = new(TimeSpan.FromMinutes(2));
        using var watch = plant.Possession.WatchPossession(new WatchPossessionRequest { SiteId = Plant.Site }, cancellationToken: cancel.Token);
        (await watch.ResponseStream.MoveNext(cancel.Token)).ShouldBeTrue();
        watch.ResponseStream.Current.Possession.Totals.ShouldBeEmpty();
        await plant.ReceiveAsync(10e9);
        (await watch.ResponseStream.MoveNext(cancel.Token)).ShouldBeTrue();
        watch.ResponseStream.Current.Possession.Totals.ShouldHaveSingleItem().ActivityBq.ShouldBe(10e9, 1e-3);
    }
}
