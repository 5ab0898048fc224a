using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Testing;
using Doseline.Waste.V1;
using WasteApi = Doseline.Waste.V1.WasteService.WasteServiceClient;

namespace Doseline.Inventory.Tests.Gates;

/// <summary>Everything that brings activity into a room, against every reason a room or a licence may have: stock, work in process, doses, samples, waste.</summary>
public sealed class MoveMatrixTests
{
    /// <summary>A room that does not take it: its name, what the refusal says and, of a segregation, the rule.</summary>
    static readonly (string Room, string Code, string Rule)[] Rooms =
    [
        ("research-lab", "USE_NOT_AUTHORISED", ""),
        ("alpha-cell", "SEGREGATION", "SEG-NUCLIDE"),
        ("rejects-only", "SEGREGATION", "SEG-STATUS"),
        ("with-a-reject", "SEGREGATION", "SEG-REJECTED"),
        ("tight", "ROOM_LIMIT_EXCEEDED", ""),
    ];

    public static TheoryData<string> Movers =>
    [
        "receive", "announce", "from-site", "issue", "lot", "wip", "dose", "sample", "retained", "plan-lot", "plan-wip", "plan-dose", "plan-sample", "plan-retained", "waste", "waste-into-container", "container",
    ];

    public static TheoryData<string> Told => ["dose", "sample", "retained", "waste", "waste-moved"];

    [Theory]
    [Requirement("A024", "A036", "E06")]
    [MemberData(nameof(Movers))]
    public async Task No_move_puts_together_what_is_kept_apart_nor_passes_a_use_or_the_limit_of_a_room(string mover)
    {
        await using var platform = await TestPlatform.StartAsync();
        Floor floor = await Floor.BuildAsync(platform);
        var before = await floor.HeldAsync();
        foreach (var (room, code, rule) in Rooms) await RefusedAsync(room, code, rule);
        // What is approved is not put beside what is quarantined, and the other way round.
        if (mover is "receive" or "announce" or "sample" or "retained" or "dose" or "plan-dose" or "plan-sample" or "plan-retained") await RefusedAsync("with-approved", "SEGREGATION", "SEG-QUARANTINE");
        if (mover is "lot" or "plan-lot" or "from-site") await RefusedAsync("with-quarantined", "SEGREGATION", "SEG-QUARANTINE");
        await floor.MoveAsync(mover, "free");
        await platform.SettleAsync();
        platform.Facts<ExcursionBooked>().ShouldBeEmpty();

        async Task RefusedAsync(string room, string code, string rule)
        {
            var refusals = await TestPlatform.RefusalsAsync(() => floor.MoveAsync(mover, room));
            refusals.Select(refusal => (refusal.Code, refusal.Numbers.GetValueOrDefault("rule_id", ""))).ShouldContain((code, rule), $"{mover} into {room}");
            if (code is "ROOM_LIMIT_EXCEEDED") refusals.Single(refusal => refusal.Code == code).Numbers["limit_bq"].ShouldBe("1000");
            (await floor.HeldAsync()).ShouldBe(before, $"{mover} into {room}");
        }
    }

    [Theory]
    [Requirement("E06")]
    [MemberData(nameof(Movers))]
    public async Task No_move_is_for_a_use_that_no_line_of_the_licence_has(string mover)
    {
        await using var platform = await TestPlatform.StartAsync();
        Floor floor = await Floor.BuildAsync(platform);
        foreach (var site in new[] { Plant.Site, "pa1" })
        {
            await floor.Plant.LicenceAsync(300e9, licence =>
            {
                (licence.SiteId, licence.Number, licence.Amendment) = (site, site is Plant.Site ? licence.Number : "37-1", 1);
                foreach (var line in licence.Lines) (line.Uses[0], line.Nuclide) = ("research", line.Nuclide);
            });
        }

        var before = await floor.HeldAsync();
        var refusals = await TestPlatform.RefusalsAsync(() => floor.MoveAsync(mover, "free"));
        refusals.Select(refusal => (refusal.Code, refusal.Numbers.GetValueOrDefault("use", ""))).ShouldBe([("USE_NOT_AUTHORISED", "manufacture")]);
        (await floor.HeldAsync()).ShouldBe(before);
    }

    [Fact]
    [Requirement("E06")]
    public async Task A_licence_line_names_its_uses_or_is_refused_and_a_move_to_another_use_is_looked_at()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        (await TestPlatform.RefusalsAsync(() => plant.LicenceAsync(1e9, licence => (licence.Number, licence.Lines[1].Uses[0]) = ("L-2", ""))))
            .ShouldHaveSingleItem().Subject.ShouldBe("licence.lines.uses");
        var refusal = (await TestPlatform.RefusalsAsync(() => plant.LicenceAsync(1e9, licence =>
        {
            licence.Number = "L-2";
            licence.Lines[1].Uses.Clear();
        }))).ShouldHaveSingleItem();
        (refusal.Code, refusal.Numbers["line_id"]).ShouldBe(("USES_REQUIRED", "6.B"));

        var lot = await plant.ApprovedAsync(1e9);
        MoveHoldingRequest move = new() { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-a", ToRoomId = "store-b", Use = "research" };
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.MoveHoldingAsync(move))).ShouldHaveSingleItem().Code.ShouldBe("USE_NOT_AUTHORISED");
        (await plant.PossessionAsync()).Groups.ShouldHaveSingleItem().RoomId.ShouldBe("store-a");
    }

    [Theory]
    [Requirement("A024", "A036", "E06")]
    [MemberData(nameof(Told))]
    public async Task What_is_told_to_be_where_it_may_not_be_is_booked_there_with_the_reason(string told)
    {
        await using var platform = await TestPlatform.StartAsync();
        Floor floor = await Floor.BuildAsync(platform);
        foreach (var (room, code, rule) in Rooms)
        {
            await floor.TellAsync(told, room);
            var booked = platform.Facts<ExcursionBooked>()[^1];
            (booked.RoomId, booked.FromRoomId).ShouldNotBe((booked.FromRoomId, booked.RoomId));
            booked.RoomId.ShouldBe(room);
            booked.Codes.ShouldContain(rule is "" ? code : rule, $"{told} in {room}");
        }

        platform.Facts<ExcursionBooked>().Count.ShouldBe(Rooms.Length);
    }

    [Fact]
    [Requirement("A024")]
    public async Task A_change_of_status_where_it_lies_is_seen_when_what_lies_beside_it_may_not()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.LotsOfAnySizeAsync("received_bq");
        await plant.RoomAsync("plain", RoomKind.Storage, 1e15);
        var (first, second) = (await plant.ReceiveAsync(1e9, "plain"), await plant.ReceiveAsync(2e9, "plain"));
        // Nothing moves by a decision, so it is never refused for what lies beside.
        first = await BecomesAsync(first, LotStatus.Approved, "plain", "SEG-QUARANTINE");
        second = await BecomesAsync(second, LotStatus.Rejected, "plain", "SEG-REJECTED");
        await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = first.LotId, FromRoomId = "plain", ToRoomId = "store-a" });
        await BecomesAsync(first, LotStatus.Quarantine, "store-a", null);
        // This room has places for both, and none for rejects.
        var third = await BecomesAsync(await plant.ReceiveAsync(3e9), LotStatus.Approved, "store-a", null);
        await BecomesAsync(third, LotStatus.Rejected, "store-a", "SEG-STATUS");
        (await plant.Possession.ListExcursionsAsync(new ListExcursionsRequest { SiteId = Plant.Site })).Excursions.Select(one => (one.RoomId, one.FromRoomId)).ShouldBe([("plain", "plain"), ("plain", "plain"), ("store-a", "store-a")], ignoreOrder: true);

        // A dose that QA blocks in the cell.
        await plant.Execution.IssueToBatchAsync(plant.Issue(await plant.ApprovedAsync(50e9), 40e9));
        await plant.DispenseAsync("dose-1", 1e9);
        var before = platform.Facts<ExcursionBooked>().Count;
        await platform.GiveAsync("dose-1", new Quality.V1.DoseDispositionChanged { DoseId = "dose-1", To = Quality.V1.Disposition.Rejected });
        var blocked = platform.Facts<ExcursionBooked>()[^1];
        (platform.Facts<ExcursionBooked>().Count - before, blocked.HoldingId, blocked.RoomId, blocked.Codes.Single()).ShouldBe((1, "dose-1", "hc-1", "SEG-STATUS"));

        async Task<Lot> BecomesAsync(Lot lot, LotStatus status, string room, string? rule)
        {
            var known = platform.Facts<ExcursionBooked>().Count;
            var changed = (await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = status, Version = lot.Version, RecordId = "COA-1", Reason = "reviewed" })).Lot;
            var seen = platform.Facts<ExcursionBooked>().Skip(known).ToList();
            seen.Select(one => (one.HoldingId, one.FromRoomId, one.RoomId, string.Join(',', one.Codes))).ShouldBe(rule is null ? [] : [(lot.LotId, room, room, rule)]);
            return changed;
        }
    }

    /// <summary>A plant in which each thing that moves is there, and rooms that do not take it.</summary>
    sealed class Floor(Plant plant)
    {
        Lot lot = new();
        Lot sent = new();
        Container container = new();
        int told;

        public Plant Plant => plant;
        WasteApi Waste => new(plant.Platform.As("radiation_safety"));

        public static async Task<Floor> BuildAsync(TestPlatform platform)
        {
            var plant = await Plant.BuildAsync(platform, licence: licence => licence.Lines.Add(new LicenceLine { LineId = "6.C", Nuclide = "Ac-225", Uses = { "manufacture" }, LimitBq = 1e9 }));
            Floor floor = new(plant);
            await plant.LotsOfAnySizeAsync("received_bq");
            await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = "pa1", Name = "PA", Zone = "America/New_York" } });
            await plant.LicenceAsync(300e9, licence => (licence.SiteId, licence.Number) = ("pa1", "37-1"));
            foreach (var site in new[] { Plant.Site, "pa1" }) await floor.RoomsAsync(site);
            floor.lot = await plant.ApprovedAsync(100e9);
            floor.sent = await plant.ApprovedAsync(5e9, "store-b");
            await plant.Moves.SendToSiteAsync(new SendToSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = floor.sent.LotId, ToSiteId = "pa1", Reason = "help out" });
            await plant.Execution.IssueToBatchAsync(plant.Issue(floor.lot, 60e9));
            await plant.DispenseAsync("dose", 7e9);
            await plant.Platform.GiveAsync("sample", floor.Sample("sample", "hc-1", retained: false));
            await plant.Platform.GiveAsync("retained", floor.Sample("retained", "hc-1", retained: true));
            foreach (var id in new[] { "w1", "w2" }) await plant.Platform.GiveAsync(id, floor.Arisen(id, "hc-1"));
            floor.container = await floor.OpenAsync("waste");
            floor.container = await floor.AddAsync(floor.container, "w1");
            await platform.SettleAsync();
            platform.Facts<ExcursionBooked>().ShouldBeEmpty();
            return floor;
        }

        public async Task<string> HeldAsync() => string.Join('\n', new[]
        {
            await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, PageSize = 500 }), await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = "pa1", PageSize = 500 }),
        }.Select(page => page.ToString()));

        public Task MoveAsync(string mover, string room) => mover switch
        {
            "receive" => plant.Lots.ReceiveLotAsync(plant.Receipt(1e9, room)).ResponseAsync,
            "announce" => plant.Lots.ExpectReceiptAsync(new ExpectReceiptRequest
            {
                RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = room, MaterialCode = "LU177-NCA", Form = "solution", Use = "manufacture",
                Contents = { plant.Activity(1e9) }, ArrivalTime = (plant.Platform.Now + TimeSpan.FromHours(1)).ToWireTime(),
            }).ResponseAsync,
            "from-site" => plant.Moves.ReceiveFromSiteAsync(new ReceiveFromSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = sent.LotId, SiteId = "pa1", RoomId = $"pa1-{room}" }).ResponseAsync,
            "issue" => plant.Execution.IssueToBatchAsync(plant.Issue(lot, 1e9, "batch-2", room)).ResponseAsync,
            "lot" => HoldingAsync(lot.LotId, "store-a", room),
            "wip" => HoldingAsync("batch-1", "hc-1", room),
            "dose" or "sample" or "retained" => HoldingAsync(mover, "hc-1", room),
            "plan-lot" => PlanAsync(lot.LotId, room),
            "plan-wip" => PlanAsync("batch-1", room),
            "plan-dose" or "plan-sample" or "plan-retained" => PlanAsync(mover[5..], room),
            "waste" => new MovesService.MovesServiceClient(plant.Platform.AsService("waste", "radiation_safety")).MoveWasteAsync(new MoveWasteRequest { RequestId = TestPlatform.RequestId(), WasteIds = { "w1" }, RoomId = room }).ResponseAsync,
            "waste-into-container" => IntoAsync(room),
            "container" => Waste.MoveContainerAsync(new MoveContainerRequest { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, RoomId = room, Version = container.Version }).ResponseAsync,
            _ => throw new InvalidOperationException($"{mover} is not tried."),
        };

        public async Task TellAsync(string what, string room)
        {
            var id = $"{what}-{told++}";
            await (what switch
            {
                "dose" => plant.DispenseAsync(id, 1e9, room: room),
                "sample" or "retained" => plant.Platform.GiveAsync(id, Sample(id, room, what is "retained")),
                "waste" => plant.Platform.GiveAsync(id, Arisen(id, room)),
                "waste-moved" => plant.Platform.GiveAsync("w2", new WasteMoved { WasteId = "w2", SiteId = Plant.Site, RoomId = room }),
                _ => throw new InvalidOperationException($"{what} is not tried."),
            });
        }

        async Task RoomsAsync(string site)
        {
            string Of(string room) => site is Plant.Site ? room : $"{site}-{room}";
            Task<Room> RoomAsync(string room, double limitBq = 1e15, Action<Room>? more = null) => plant.RoomAsync(Of(room), RoomKind.Storage, limitBq, more: made =>
            {
                made.SiteId = site;
                more?.Invoke(made);
            });

            await RoomAsync("free");
            await RoomAsync("research-lab", more: room => room.Uses.Add("research"));
            await RoomAsync("alpha-cell", more: room => room.SingleNuclide = true);
            await RoomAsync("rejects-only", more: room => room.StatusClasses.Add("REJECTED"));
            await RoomAsync("tight", 1000);
            foreach (var room in new[] { "with-a-reject", "with-approved", "with-quarantined" }) await RoomAsync(room);
            var actinium = plant.Receipt(1e6, Of("alpha-cell"));
            (actinium.SiteId, actinium.MaterialCode, actinium.Contents[0].Nuclide) = (site, "AC225", "Ac-225");
            if (site is not Plant.Site)
            {
                await plant.LicenceAsync(300e9, licence =>
                {
                    (licence.SiteId, licence.Number) = (site, "37-2");
                    licence.Lines.Clear();
                    licence.Lines.Add(new LicenceLine { LineId = "6.C", Nuclide = "Ac-225", Uses = { "manufacture" }, LimitBq = 1e9 });
                });
            }

            await plant.Lots.ReceiveLotAsync(actinium);
            await BecomesAsync(await ReceiveAsync(site, Of("with-a-reject")), LotStatus.Rejected);
            await BecomesAsync(await ReceiveAsync(site, Of("with-approved")), LotStatus.Approved);
            await ReceiveAsync(site, Of("with-quarantined"));
        }

        async Task<Lot> ReceiveAsync(string site, string room)
        {
            var receipt = plant.Receipt(1e9, room);
            receipt.SiteId = site;
            return (await plant.Lots.ReceiveLotAsync(receipt)).Lot;
        }

        async Task BecomesAsync(Lot of, LotStatus status) => await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = of.LotId, Status = status, Version = of.Version, RecordId = "COA-1", Reason = "reviewed" });

        Task HoldingAsync(string id, string from, string to) =>
            plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = id, FromRoomId = from, ToRoomId = to }).ResponseAsync;

        Task PlanAsync(string id, string to) =>
            plant.Moves.PlanMoveAsync(new PlanMoveRequest { RequestId = TestPlatform.RequestId(), HoldingId = id, ToRoomId = to, ArrivalTime = (plant.Platform.Now + TimeSpan.FromHours(1)).ToWireTime() }).ResponseAsync;

        async Task IntoAsync(string room) => await AddAsync(await OpenAsync(room), "w2");

        async Task<Container> OpenAsync(string room) => (await Waste.PutContainerAsync(new PutContainerRequest
        {
            RequestId = TestPlatform.RequestId(), Label = $"W {room}", SiteId = Plant.Site, RoomId = room, Policy = new ContainerPolicy { Source = "transfer only" },
        })).Container;

        async Task<Container> AddAsync(Container into, string item) =>
            (await Waste.AddItemAsync(new AddItemRequest { RequestId = TestPlatform.RequestId(), ContainerId = into.ContainerId, WasteId = item })).Container;

        SampleTaken Sample(string id, string room, bool retained) =>
            new() { SampleId = id, BatchId = "batch-1", SiteId = Plant.Site, RoomId = room, Activity = plant.Activity(1e6), Retained = retained };

        WasteArisen Arisen(string id, string room) => new()
        {
            WasteId = id, FromId = "batch-1", FromKind = HoldingKind.Wip, BatchId = "batch-1", SiteId = Plant.Site, RoomId = room, Contents = { plant.Activity(2e9) }, Cause = WasteCause.Residue,
        };
    }
}
