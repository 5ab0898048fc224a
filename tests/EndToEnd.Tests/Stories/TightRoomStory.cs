using System.Globalization;
using Doseline.Inventory.V1;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>Demonstration 2: a receipt meets the limit of a room and then of the licence; the lot goes where there is room, and production takes it from there.</summary>
public sealed class TightRoomStory
{
    const double Relative = 1e-9;
    const double AccountedFor = 0.003;
    const string Annex = "annex";
    const string Office = "office";

    public static TheoryData<string> Products() => [.. Story.Products];

    [Theory]
    [Requirement("A006", "A036", "A037", "A071", "A072", "A077", "A083", "A084", "A085")]
    [MemberData(nameof(Products))]
    public async Task A_receipt_over_a_limit_is_stopped_at_room_and_site_and_the_lot_goes_where_there_is_room(string product)
    {
        // The store may hold half of the lot, the annex beside it all of it, the site one and a half of it; the office is not for it.
        await using var story = await Story.BeginAsync(product, alter: Tighten);
        var delivery = story.Input.Deliveries.Single(d => d.Lot == story.Run.Lot);
        var lot = delivery.Activity!;
        var (nuclide, arriving) = (lot.Nuclide.Symbol, lot.At(delivery.Arrive).Bq);

        // The dock is stopped at the room, told by how much, and where there is room; and takes it there.
        await story.OrderAndReceiveAsync();
        var (_, room, instead, refusals) = story.Receipts.Refused.Single();
        (room, instead).ShouldBe((delivery.Room, Annex));
        var reason = refusals.Single(r => r.Code == "ROOM_LIMIT_EXCEEDED");
        Number(reason, "limit_bq").ShouldBe(arriving / 2, Relative * arriving);
        Number(reason, "total_bq").ShouldBe(0, "nothing lies there yet");
        Number(reason, "excess_bq").ShouldBe(arriving / 2, Relative * arriving);
        reason.Numbers["alternative_room_ids"].ShouldContain(Annex);
        (await RoomAsync(story, delivery.Arrive, nuclide, delivery.Room)).ShouldBe(0, "nothing was booked where it was refused");
        (await RoomAsync(story, delivery.Arrive, nuclide, Annex)).ShouldBe(arriving, Relative * arriving);

        // A second lot has room in the annex and none under the licence: the site stops it in every room, and nothing changes.
        var before = await TotalAsync(story, nuclide);
        foreach (var place in new[] { Annex, delivery.Room })
            (await Story.CodesAsync(() => ReceiveAgainAsync(story, delivery, place))).ShouldContain("LICENCE_LIMIT_EXCEEDED", place);
        (await TotalAsync(story, nuclide)).ShouldBe(before);

        // Moves meet the same gates: not into a room that is too small, not for it, or not there.
        MovesService.MovesServiceClient moves = new(story.People.Operator);
        (await Story.CodesAsync(() => MoveAsync(story, moves, delivery.Room))).ShouldContain("ROOM_LIMIT_EXCEEDED");
        (await Story.CodesAsync(() => MoveAsync(story, moves, Office))).ShouldContain("ROOM_NOT_AUTHORISED");
        (await Story.CodesAsync(() => MoveAsync(story, moves, "cellar"))).ShouldContain("ROOM_NOT_AUTHORISED");
        var early = await ArrivalAsync(story, delivery, story.Now);
        early.Admitted.ShouldBeFalse();

        // By hand: half of it is there when one half-life has passed, and then the store admits it.
        var halved = delivery.Arrive + TimeSpan.FromSeconds(lot.Nuclide.HalfLifeSeconds);
        early.NearestTime.ToDateTimeOffset().ShouldBe(halved, TimeSpan.FromMinutes(1));
        (await ArrivalAsync(story, delivery, halved + TimeSpan.FromMinutes(1))).Admitted.ShouldBeTrue();

        // Production takes it from where it is, and the possession of the site only decays: in process, as dose, sample and waste it is all still there.
        await story.StartAsync();
        (await RoomAsync(story, story.Now, nuclide, Annex)).ShouldBe(0, Relative * arriving);
        (await TotalAsync(story, nuclide)).ShouldBe(lot.At(story.Now).Bq, Relative * arriving);
        await story.SynthesiseAsync();
        await story.DispenseAsync();
        await story.FinishAsync();
        var groups = await GroupsAsync(story, story.Now, nuclide);
        foreach (var category in new[] { PossessionCategory.Dose, PossessionCategory.Sample, PossessionCategory.Waste })
            groups.ShouldContain(g => g.Category == category);
        (await TotalAsync(story, nuclide)).ShouldBe(lot.At(story.Now).Bq, AccountedFor * arriving, "what was neither dispensed nor sampled nor found again is what the balance tolerates");
    }

    static DayInput Tighten(DayInput input, RunInput run)
    {
        var delivery = input.Deliveries.Single(d => d.Lot == run.Lot);
        var (symbol, arriving) = (delivery.Activity!.Nuclide.Symbol, delivery.Activity.At(delivery.Arrive));
        var store = input.Rooms.Single(r => r.Room == delivery.Room);
        return input with
        {
            Rooms =
            [
                .. input.Rooms.Where(r => r.Kind is not "storage" && r.Kind is not "dock"), store with { Limits = [(symbol, arriving / 2)] },
                store with { Room = Annex, Name = "Annex", Limits = [(symbol, arriving * 3)] },
                store with { Room = Office, Name = "Office", Nuclides = ["Tc-99m"], Limits = [] },
                .. input.Rooms.Where(r => r.Room != store.Room && r.Room.EndsWith("-pack", StringComparison.Ordinal) || r.Room.EndsWith("-qc", StringComparison.Ordinal)),
            ],
            Deliveries = [.. input.Deliveries.Where(d => d.Lot == run.Lot).Select(d => d with { AlternativeRoom = Annex })],
            Licences = [.. input.Licences.Select(l => l with { Lines = [.. l.Lines.Select(line => line.Nuclide == symbol ? line with { Limit = arriving * 1.5 } : line)] })],
        };
    }

    static double Number(Kernel.Rules.Refusal refusal, string name) => double.Parse(refusal.Numbers[name], CultureInfo.InvariantCulture);

    static async Task ReceiveAgainAsync(Story story, DeliveryInput delivery, string room) =>
        await new LotsService.LotsServiceClient(story.People.RadiationSafety).ReceiveLotAsync(new ReceiveLotRequest
        {
            RequestId = TestPlatform.RequestId(),
            SiteId = delivery.Site,
            RoomId = room,
            MaterialCode = delivery.Material,
            SupplierCode = delivery.Supplier,
            SupplierBatch = "another",
            Form = delivery.Form,
            Use = "manufacture",
            Route = ProductionRoute.NoCarrierAdded,
            Contents = { delivery.Activity!.ToWire() },
        });

    static async Task MoveAsync(Story story, MovesService.MovesServiceClient moves, string room) => await moves.MoveHoldingAsync(new MoveHoldingRequest
    {
        RequestId = TestPlatform.RequestId(), HoldingId = story.Receipts.Lots[story.Run.Lot].LotId, FromRoomId = Annex, ToRoomId = room,
    });

    static async Task<CheckArrivalResponse> ArrivalAsync(Story story, DeliveryInput delivery, DateTimeOffset arrival) =>
        await new PossessionService.PossessionServiceClient(story.People.RadiationSafety).CheckArrivalAsync(new CheckArrivalRequest
        {
            SiteId = delivery.Site, RoomId = delivery.Room, Form = delivery.Form, Use = "manufacture", Contents = { delivery.Activity!.ToWire() }, ArrivalTime = arrival.ToWire(),
        });

    static async Task<IReadOnlyList<PossessionGroup>> GroupsAsync(Story story, DateTimeOffset instant, string nuclide) =>
        (await new PossessionService.PossessionServiceClient(story.People.Auditor).GetPossessionAsync(new GetPossessionRequest { SiteId = story.Run.Site, AsOfTime = instant.ToWire(), Nuclide = nuclide })).Groups;

    static async Task<double> RoomAsync(Story story, DateTimeOffset instant, string nuclide, string room) =>
        (await GroupsAsync(story, instant, nuclide)).Where(g => g.RoomId == room).Sum(g => g.Possessed.Read("possessed").OrThrow().At(instant).Bq);

    static async Task<double> TotalAsync(Story story, string nuclide) =>
        (await GroupsAsync(story, story.Now, nuclide)).Sum(g => g.Possessed.Read("possessed").OrThrow().At(story.Now).Bq);
}
