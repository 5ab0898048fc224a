using Doseline.Inventory.V1;
using Doseline.Testing;

namespace Doseline.Inventory.Tests;

public sealed class ReceiptTests
{
    [Fact]
    [Requirement("A071", "A085")]
    public async Task Decay_makes_room_to_the_becquerel()
    {
        // licensing.md section 2: 1000 GBq held for two half-lives is 250 GBq; with a limit of 300 GBq, 50 GBq may be received and
        // 50.001 GBq must be stopped. The vector's 13.294 d is two half-lives of 6.647 d; the data in force says 6.6443 d.
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 1000e9);
        await plant.ReceiveAsync(1000e9);
        await plant.LicenceAsync(300e9, licence => licence.Amendment = 1);
        await platform.AdvanceAsync(2 * Plant.LutetiumHalfLife);

        (await plant.TotalAsync()).ShouldBe(250e9, 1);
        var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.ReceiveAsync(50.001e9))).ShouldHaveSingleItem();
        refusal.Code.ShouldBe("LICENCE_LIMIT_EXCEEDED");
        refusal.Numbers["limit_bq"].ShouldBe("300000000000");
        Bq(refusal, "total_bq").ShouldBe(250e9, 1);
        Bq(refusal, "excess_bq").ShouldBe(1e6, 1);
        (await plant.TotalAsync()).ShouldBe(250e9, 1);

        await plant.ReceiveAsync(50e9);
        (await plant.TotalAsync()).ShouldBe(300e9, 1);
    }

    [Fact]
    [Requirement("A071", "A083", "A084")]
    public async Task A_full_room_names_the_rooms_that_would_take_the_lot()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 300e9, storeBq: 100e9);
        await plant.ReceiveAsync(80e9);
        var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.ReceiveAsync(40e9))).ShouldHaveSingleItem();
        refusal.Code.ShouldBe("ROOM_LIMIT_EXCEEDED");
        refusal.Subject.ShouldBe("rooms/store-a/nuclides/Lu-177");
        refusal.Numbers["alternative_room_ids"].ShouldBe("dock,hc-1,qc,store-b,waste");
        // 80 GBq must decay to 60 GBq while the 40 GBq decay too: (80 + 40)·2^(−t/T) = 100, t = 6.6443 d · log2(1.2) = 1.74768 d.
        var nearest = DateTimeOffset.Parse(refusal.Numbers["nearest_time"], System.Globalization.CultureInfo.InvariantCulture);
        (nearest - TestPlatform.Start).TotalDays.ShouldBe(6.6443 * Math.Log2(1.2), 2e-5);

        var lot = await plant.ReceiveAsync(40e9, "store-b");
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest
        {
            RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-b", ToRoomId = "store-a",
        }))).ShouldHaveSingleItem().Code.ShouldBe("ROOM_LIMIT_EXCEEDED");
        (await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest
        {
            RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-b", ToRoomId = "hc-1",
        })).TransactionId.ShouldNotBeEmpty();

        // At site level no room helps, only time.
        var site = (await TestPlatform.RefusalsAsync(async () => await plant.ReceiveAsync(181e9, "store-b"))).ShouldHaveSingleItem();
        site.Code.ShouldBe("LICENCE_LIMIT_EXCEEDED");
        site.Numbers["alternative_room_ids"].ShouldBe("");
        site.Numbers.Keys.ShouldContain("nearest_time", StringComparer.Ordinal);
    }

    [Fact]
    [Requirement("A036")]
    public async Task A_move_that_is_planned_counts_in_its_room_from_its_arrival_as_it_will_have_decayed()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, storeBq: 100e9);
        var lot = await plant.ReceiveAsync(80e9, "store-b");
        var arrival = TestPlatform.Start + TimeSpan.FromHours(12);
        PlanMoveRequest plan = new() { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, ToRoomId = "store-a", ArrivalTime = arrival.ToWireTime() };
        var planned = (await plant.Moves.PlanMoveAsync(plan)).ExpectationId;

        // Nothing is in store-a; in twelve hours (80 + x)·2^(−12 h/T) = 100 GBq there leaves x = 25.36 GBq of today, with T = 6.6443 d.
        var room = (100 * Math.Pow(2, 0.5 / 6.6443)) - 80;
        var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.ReceiveAsync((room + 0.01) * 1e9))).ShouldHaveSingleItem();
        (refusal.Code, refusal.Subject, refusal.Numbers["binding_time"]).ShouldBe(("ROOM_LIMIT_EXCEEDED", "rooms/store-a/nuclides/Lu-177", "2026-11-23T18:00:00Z"));
        await plant.ReceiveAsync((room - 0.01) * 1e9);
        // Another that would come with it finds no room at that instant, and has some once the first is called off.
        var other = await plant.ReceiveAsync(10e9, "store-b");
        PlanMoveRequest with = new(plan) { RequestId = TestPlatform.RequestId(), HoldingId = other.LotId };
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.PlanMoveAsync(with))).ShouldHaveSingleItem().Code.ShouldBe("ROOM_LIMIT_EXCEEDED");
        await plant.Lots.CancelExpectationAsync(new CancelExpectationRequest { RequestId = TestPlatform.RequestId(), ExpectationId = planned, Reason = "another day" });
        await plant.Moves.PlanMoveAsync(with);
    }

    [Fact]
    [Requirement("A071")]
    public async Task A_vial_calibrated_ahead_holds_more_on_arrival_than_its_label_says()
    {
        await using var platform = await TestPlatform.StartAsync();
        // Lu-177 7.4 GBq calibrated 5 days ahead is 7.4·2^(5/6.6443) = 12.467 GBq on arrival.
        var plant = await Plant.BuildAsync(platform, licenceBq: 12e9);
        var request = plant.Receipt(7.4e9);
        request.Contents[0] = plant.Activity(7.4e9, after: TimeSpan.FromDays(5));
        var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.Lots.ReceiveLotAsync(request))).ShouldHaveSingleItem();
        Bq(refusal, "arriving_bq").ShouldBe(7.4e9 * Math.Pow(2, 5 / 6.6443), 1);
    }

    [Fact]
    [Requirement("A004", "A071", "E06")]
    public async Task Every_reason_is_named_at_once()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var request = plant.Receipt(10e9, "office");
        request.Use = "storage";
        var codes = (await TestPlatform.RefusalsAsync(async () => await plant.Lots.ReceiveLotAsync(request))).Select(refusal => refusal.Code);
        codes.ShouldBe(["ROOM_NOT_AUTHORISED", "USE_NOT_AUTHORISED"], ignoreOrder: true);

        (await TestPlatform.RefusalsAsync(async () => await plant.Lots.ReceiveLotAsync(new ReceiveLotRequest
        {
            RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = "store-a", MaterialCode = "LU177-NCA", SupplierCode = "REACTOR",
            Contents = { plant.Activity(-1) },
        }))).Select(refusal => refusal.Code).ShouldBe(["FIELD_REQUIRED", "FIELD_REQUIRED", "FIELD_REQUIRED", "ACTIVITY_NEGATIVE", "ACTIVITY_REQUIRED", "ROUTE_REQUIRED"], ignoreOrder: true);
    }

    [Fact]
    [Requirement("A006", "A072")]
    public async Task A_refused_move_changes_no_ledger_and_is_a_security_event()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ReceiveAsync(10e9);
        var before = await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site });
        MoveHoldingRequest move = new() { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-a", ToRoomId = "office" };
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.MoveHoldingAsync(move))).ShouldContain(refusal => refusal.Code == "ROOM_NOT_AUTHORISED");
        var unlisted = new MoveHoldingRequest(move) { RequestId = TestPlatform.RequestId(), ToRoomId = "nowhere" };
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.MoveHoldingAsync(unlisted))).ShouldContain(refusal => refusal.Code == "ROOM_NOT_AUTHORISED");
        (await plant.Possession.ListLedgerAsync(new ListLedgerRequest { SiteId = Plant.Site })).ShouldBe(before);
        await platform.SettleAsync();
        var events = platform.Facts<UnauthorisedMoveRefused>();
        events.Select(fact => fact.RoomId).ShouldBe(["office", "nowhere"]);
        events[0].What.ShouldBe(lot.LotId);
    }

    [Fact]
    [Requirement("A036")]
    public async Task What_is_announced_counts_from_its_arrival()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 100e9);
        var inTwoDays = platform.Now + TimeSpan.FromDays(2);
        var announced = (await plant.Lots.ExpectReceiptAsync(new ExpectReceiptRequest
        {
            RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = "store-a", MaterialCode = "LU177-NCA", Form = "solution", Use = "manufacture",
            Contents = { plant.Activity(90e9, after: TimeSpan.FromDays(2)) }, ArrivalTime = inTwoDays.ToWireTime(),
        })).Expectation;
        // 20 GBq now are 20·2^(−2/6.6443) = 16.23 GBq when the 90 GBq arrive.
        var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.ReceiveAsync(20e9))).ShouldHaveSingleItem();
        refusal.Numbers["binding_time"].ShouldBe("2026-11-25T06:00:00Z");
        Bq(refusal, "excess_bq").ShouldBe(20e9 * Math.Pow(2, -2 / 6.6443) - 10e9, 1);
        await plant.ReceiveAsync(12e9);

        await platform.AdvanceAsync(TimeSpan.FromDays(2));
        var arrival = plant.Receipt(90e9);
        arrival.ExpectationId = announced.ExpectationId;
        await plant.Lots.ReceiveLotAsync(arrival);
        (await plant.TotalAsync()).ShouldBe(90e9 + 12e9 * Math.Pow(2, -2 / 6.6443), 1);
        (await plant.Lots.ListExpectationsAsync(new ListExpectationsRequest { SiteId = Plant.Site })).Expectations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nearness_to_a_limit_is_told_once()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 100e9);
        await plant.ReceiveAsync(80e9);
        await plant.ReceiveAsync(15e9);
        await plant.ReceiveAsync(1e9);
        await platform.SettleAsync();
        var near = platform.Facts<PossessionNearLimit>().ShouldHaveSingleItem();
        near.LimitId.ShouldBe("licences/29-00001-01/lines/6.A");
        near.UsedFraction.ShouldBe(0.95, 1e-9);
    }

    static double Bq(Kernel.Rules.Refusal refusal, string number) => double.Parse(refusal.Numbers[number], System.Globalization.CultureInfo.InvariantCulture);
}
