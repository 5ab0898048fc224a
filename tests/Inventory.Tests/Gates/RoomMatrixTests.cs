using System.Globalization;
using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Instruments;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Doseline.Waste.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using WasteApi = Doseline.Waste.V1.WasteService.WasteServiceClient;

namespace Doseline.Inventory.Tests.Gates;

/// <summary>Whatever names a room, in a call that changes something or in a fact: it passes the gate, is booked as an excursion, or moves nothing.</summary>
public sealed class RoomMatrixTests
{
    const string Office = "office";

    /// <summary>What a field that names a room does.</summary>
    enum Does
    {
        /// <summary>Brings activity into the room, if the gate lets it: tried below.</summary>
        PassesTheGate,

        /// <summary>Tells that activity is in the room: tried below.</summary>
        IsBookedAsExcursion,

        /// <summary>Says where something is, or what a room is, and moves nothing.</summary>
        MovesNothing,
    }

    static readonly Dictionary<string, Does> Fields = new(StringComparer.Ordinal)
    {
        ["doseline.inventory.v1.ReceiveLotRequest.room_id"] = Does.PassesTheGate,
        ["doseline.inventory.v1.ExpectReceiptRequest.room_id"] = Does.PassesTheGate,
        ["doseline.inventory.v1.MoveHoldingRequest.to_room_id"] = Does.PassesTheGate,
        ["doseline.inventory.v1.PlanMoveRequest.to_room_id"] = Does.PassesTheGate,
        ["doseline.inventory.v1.ReceiveFromSiteRequest.room_id"] = Does.PassesTheGate,
        ["doseline.inventory.v1.MoveWasteRequest.room_id"] = Does.PassesTheGate,
        ["doseline.inventory.v1.IssueToBatchRequest.room_id"] = Does.PassesTheGate,
        ["doseline.waste.v1.PutContainerRequest.room_id"] = Does.PassesTheGate,
        ["doseline.waste.v1.MoveContainerRequest.room_id"] = Does.PassesTheGate,
        ["doseline.execution.v1.DoseDispensed.room_id"] = Does.IsBookedAsExcursion,
        ["doseline.execution.v1.SampleTaken.room_id"] = Does.IsBookedAsExcursion,
        ["doseline.execution.v1.WasteArisen.room_id"] = Does.IsBookedAsExcursion,
        ["doseline.waste.v1.WasteMoved.room_id"] = Does.IsBookedAsExcursion,
        // Where it is said to be now; a move from elsewhere is refused.
        ["doseline.inventory.v1.MoveHoldingRequest.from_room_id"] = Does.MovesNothing,
        // The room itself, and what a licence says of it.
        ["doseline.inventory.v1.Room.room_id"] = Does.MovesNothing,
        ["doseline.inventory.v1.LicenceLine.room_ids"] = Does.MovesNothing,
        // A cell keeps its room while something is in it (The_room_of_a_cell_does_not_change_under_what_is_in_it).
        ["doseline.execution.v1.Equipment.room_id"] = Does.MovesNothing,
        // A batch holds nothing before material is issued to it.
        ["doseline.execution.v1.BatchStarted.room_id"] = Does.MovesNothing,
        // Inventory's own, after it has decided.
        ["doseline.inventory.v1.LotReceived.room_id"] = Does.MovesNothing,
        ["doseline.inventory.v1.UnauthorisedMoveRefused.room_id"] = Does.MovesNothing,
        ["doseline.inventory.v1.ExcursionBooked.room_id"] = Does.MovesNothing,
        ["doseline.inventory.v1.ExcursionBooked.from_room_id"] = Does.MovesNothing,
    };

    /// <summary>Every field whose room the gate looks at, with a room that is not authorised and one that is not listed.</summary>
    public static TheoryData<string, string> Gated
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (var (name, _) in Fields.Where(f => f.Value is Does.PassesTheGate))
            {
                cases.Add(name, Office);
                cases.Add(name, "no-such-room");
            }

            return cases;
        }
    }

    public static TheoryData<string> Excursions => [.. Fields.Where(f => f.Value is Does.IsBookedAsExcursion).Select(f => f.Key).Order(StringComparer.Ordinal)];

    [Fact]
    [Requirement("A006", "A072", "A103")]
    public void Every_field_that_names_a_room_is_in_this_table()
    {
        var calls = ContractMethods.All.Values.Where(m => ContractMethods.PolicyOf(m) is { Mutates: true }).Select(m => m.InputType);
        var facts = ContractMethods.Files.Where(f => f.Name.EndsWith("/events.proto", StringComparison.Ordinal)).SelectMany(f => f.MessageTypes);
        calls.Concat(facts).SelectMany(message => RoomsIn(message, [])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe(Fields.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [Requirement("A006", "A072", "A103")]
    [MemberData(nameof(Gated))]
    public async Task No_call_brings_activity_past_the_gate_of_a_room(string field, string room)
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = "pa1", Name = "PA", Zone = "America/New_York" } });
        var lot = await plant.ApprovedAsync(100e9);
        await WasteAsync(plant, lot);
        WasteApi waste = new(platform.As("radiation_safety"));
        var inWasteRoom = await OpenAsync(waste, "waste");
        inWasteRoom = await AddAsync(waste, inWasteRoom);
        var inOffice = field == "doseline.waste.v1.PutContainerRequest.room_id" && room is Office ? await OpenAsync(waste, Office) : null;
        if (field == "doseline.inventory.v1.ReceiveFromSiteRequest.room_id") await SendAsync(plant, lot);
        await platform.SettleAsync();
        var before = await BooksAsync(platform);

        var refused = await TestPlatform.RefusalsAsync(() => field switch
        {
            "doseline.inventory.v1.ReceiveLotRequest.room_id" => plant.Lots.ReceiveLotAsync(plant.Receipt(1e9, room)).ResponseAsync,
            "doseline.inventory.v1.ExpectReceiptRequest.room_id" => plant.Lots.ExpectReceiptAsync(new ExpectReceiptRequest
            {
                RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = room, MaterialCode = "LU177-NCA", Form = "solution", Use = "manufacture",
                Contents = { plant.Activity(1e9) }, ArrivalTime = (platform.Now + TimeSpan.FromDays(1)).ToWireTime(),
            }).ResponseAsync,
            "doseline.inventory.v1.MoveHoldingRequest.to_room_id" => plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-a", ToRoomId = room }).ResponseAsync,
            "doseline.inventory.v1.PlanMoveRequest.to_room_id" => plant.Moves.PlanMoveAsync(new PlanMoveRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, ToRoomId = room, ArrivalTime = (platform.Now + TimeSpan.FromDays(1)).ToWireTime() }).ResponseAsync,
            "doseline.inventory.v1.ReceiveFromSiteRequest.room_id" => plant.Moves.ReceiveFromSiteAsync(new ReceiveFromSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, SiteId = "pa1", RoomId = room }).ResponseAsync,
            "doseline.inventory.v1.MoveWasteRequest.room_id" => new MovesService.MovesServiceClient(platform.AsService("waste", "radiation_safety")).MoveWasteAsync(new MoveWasteRequest { RequestId = TestPlatform.RequestId(), WasteIds = { "w1" }, RoomId = room }).ResponseAsync,
            "doseline.inventory.v1.IssueToBatchRequest.room_id" => plant.Execution.IssueToBatchAsync(plant.Issue(lot, 1e9, "batch-2", room)).ResponseAsync,
            "doseline.waste.v1.PutContainerRequest.room_id" => inOffice is null ? OpenAsync(waste, room) : AddAsync(waste, inOffice, "w2"),
            "doseline.waste.v1.MoveContainerRequest.room_id" => waste.MoveContainerAsync(new MoveContainerRequest { RequestId = TestPlatform.RequestId(), ContainerId = inWasteRoom.ContainerId, RoomId = room, Version = inWasteRoom.Version }).ResponseAsync,
            _ => throw new InvalidOperationException($"{field} is not tried."),
        });

        // Waste knows its rooms; it asks nobody about one that it never heard of.
        var heard = room is Office || !field.StartsWith("doseline.waste.", StringComparison.Ordinal);
        refused.Select(refusal => refusal.Code).ShouldContain(heard ? "ROOM_NOT_AUTHORISED" : "ROOM_UNKNOWN");
        await platform.SettleAsync();
        var after = await BooksAsync(platform);
        after.Except(before).Concat(before.Except(after)).ShouldBeEmpty();
        (await HeldAsync(plant)).ShouldNotContain(room);
        platform.Facts<UnauthorisedMoveRefused>().Select(fact => fact.RoomId).ShouldBe(heard ? [room] : []);
        platform.Facts<ExcursionBooked>().ShouldBeEmpty();
    }

    [Theory]
    [Requirement("A006", "A072", "A103")]
    [MemberData(nameof(Excursions))]
    public async Task What_is_in_a_room_that_would_not_have_let_it_in_is_booked_there_as_an_excursion(string field)
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        var lot = await plant.ApprovedAsync(100e9);
        await WasteAsync(plant, lot);
        platform.Facts<ExcursionBooked>().ShouldBeEmpty("what stays in its room is let be");
        var total = await plant.TotalAsync();

        var (id, fact) = field switch
        {
            "doseline.execution.v1.DoseDispensed.room_id" => ("d1", (IMessage)new DoseDispensed { DoseId = "d1", BatchId = "batch-1", OrderId = "order", SiteId = Plant.Site, RoomId = Office, Measured = plant.Activity(1e9), VolumeMl = 1 }),
            "doseline.execution.v1.SampleTaken.room_id" => ("s1", new SampleTaken { SampleId = "s1", BatchId = "batch-1", SiteId = Plant.Site, RoomId = Office, Activity = plant.Activity(1e6) }),
            "doseline.execution.v1.WasteArisen.room_id" => ("w9", new WasteArisen { WasteId = "w9", FromId = "batch-1", FromKind = HoldingKind.Wip, BatchId = "batch-1", SiteId = Plant.Site, RoomId = Office, Contents = { plant.Activity(1e9) }, Cause = WasteCause.Residue }),
            "doseline.waste.v1.WasteMoved.room_id" => ("w1", new WasteMoved { WasteId = "w1", SiteId = Plant.Site, RoomId = Office }),
            _ => throw new InvalidOperationException($"{field} is not tried."),
        };
        var told = await platform.GiveAsync(id, fact);
        await platform.GiveAsync(told);

        var booked = (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, HoldingId = id })).Holdings.ShouldHaveSingleItem();
        booked.RoomId.ShouldBe(Office);
        (await plant.TotalAsync()).ShouldBe(total, 1e-3);
        var alarm = platform.Facts<ExcursionBooked>().ShouldHaveSingleItem("it is told once, however often the fact comes");
        (alarm.HoldingId, alarm.FromRoomId, alarm.RoomId, alarm.SiteId).ShouldBe((id, "hc-1", Office, Plant.Site));
        alarm.Codes.ShouldContain("ROOM_NOT_AUTHORISED");
        var kept = (await plant.Possession.ListExcursionsAsync(new ListExcursionsRequest { SiteId = Plant.Site })).Excursions.ShouldHaveSingleItem();
        (kept.HoldingId, kept.RoomId, kept.CauseId).ShouldBe((id, Office, told.Id));
    }

    [Fact]
    [Requirement("A006", "A072", "A103")]
    public async Task Waste_moves_and_leaves_in_its_container_and_what_goes_together_meets_the_room_together()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.RoomAsync("cellar", RoomKind.WasteRoom, 30e9);
        var lot = await plant.ApprovedAsync(100e9);
        await WasteAsync(plant, lot);
        WasteApi waste = new(platform.As("radiation_safety"));
        var container = await AddAsync(waste, await OpenAsync(waste, "waste"));
        container = await AddAsync(waste, container, "w2");
        await platform.SettleAsync();
        (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, Category = PossessionCategory.Waste })).Holdings.ShouldAllBe(holding => holding.RoomId == "waste");

        // Each of the two would pass; the room takes 30 GBq and they are 40 GBq.
        MoveContainerRequest move = new() { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, RoomId = "cellar", Version = container.Version };
        (await TestPlatform.RefusalsAsync(async () => await waste.MoveContainerAsync(move))).Select(refusal => refusal.Code).ShouldBe(["ROOM_LIMIT_EXCEEDED"]);
        (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, Category = PossessionCategory.Waste })).Holdings.ShouldAllBe(holding => holding.RoomId == "waste");
        await platform.AdvanceAsync(Plant.LutetiumHalfLife);
        move.RequestId = TestPlatform.RequestId();
        await waste.MoveContainerAsync(move);
        await platform.SettleAsync();
        (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, Category = PossessionCategory.Waste })).Holdings.ShouldAllBe(holding => holding.RoomId == "cellar");
        platform.Facts<ExcursionBooked>().ShouldBeEmpty();

        // One way in which waste moves and leaves.
        (await TestPlatform.RefusalsAsync(async () => await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = "w1", FromRoomId = "cellar", ToRoomId = "waste" })))
            .Select(refusal => refusal.Code).ShouldBe(["WASTE_MOVES_IN_CONTAINERS"]);

        await TransferAsync(plant, waste, container);
    }

    // Another licensee gets what its licence covers in nuclide and activity, all together, and not after it has ended.
    static async Task TransferAsync(Plant plant, WasteApi waste, Container container)
    {
        var platform = plant.Platform;
        container = (await waste.GetContainerAsync(new GetContainerRequest { ContainerId = container.ContainerId })).Container;
        container = (await waste.CloseContainerAsync(new CloseContainerRequest { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, Version = container.Version })).Container;
        var authorisation = Plant.Authorisation(platform.Now + TimeSpan.FromDays(1), "Ac-225");
        var transferee = await plant.TransfereeAsync(authorisation);
        DisposeContainerRequest dispose = new()
        {
            RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, Version = container.Version, Route = DisposalRoute.Transfer, Reason = "collected",
            TransfereeId = transferee.TransfereeId, DeliveryPlace = "Main building", ManifestNumber = "540-0017",
        };
        await RefusedAsync("TRANSFEREE_NUCLIDE_NOT_AUTHORISED");
        authorisation.Nuclides.Add("Lu-177");
        authorisation.LimitBq = 15e9;
        transferee = await plant.TransfereeAsync(authorisation, transferee);
        await RefusedAsync("TRANSFEREE_QUANTITY_EXCEEDED");
        authorisation.LimitBq = 25e9;
        transferee = await plant.TransfereeAsync(authorisation, transferee);
        dispose.DeliveryPlace = "Annex";
        await RefusedAsync("TRANSFEREE_PLACE_NOT_AUTHORISED");
        dispose.DeliveryPlace = "Main building";
        await platform.AdvanceAsync(TimeSpan.FromDays(2));
        await RefusedAsync("TRANSFEREE_LICENCE_EXPIRED");
        dispose.TransfereeId = "Disposal Ltd, licence L-9";
        await RefusedAsync("TRANSFEREE_UNKNOWN");
        dispose.TransfereeId = transferee.TransfereeId;
        authorisation.ExpireTime = (platform.Now + TimeSpan.FromDays(1)).ToWireTime();
        await plant.TransfereeAsync(authorisation, transferee);
        (await waste.DisposeContainerAsync(dispose)).Container.Transfer.LicenceNumber.ShouldBe("L-9");
        await platform.SettleAsync();
        (await plant.CategoryAsync(PossessionCategory.Waste)).ShouldBe(0);

        async Task RefusedAsync(string code)
        {
            dispose.RequestId = TestPlatform.RequestId();
            (await TestPlatform.RefusalsAsync(async () => await waste.DisposeContainerAsync(dispose))).ShouldHaveSingleItem().Code.ShouldBe(code);
        }
    }

    static IEnumerable<string> RoomsIn(MessageDescriptor message, HashSet<string> seen)
    {
        if (!seen.Add(message.FullName)) yield break;
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.FieldType is FieldType.String && field.Name.Contains("room", StringComparison.Ordinal)) yield return field.FullName;
            if (field.FieldType is FieldType.Message && !field.IsMap) foreach (var inner in RoomsIn(field.MessageType, seen)) yield return inner;
        }
    }

    // A batch in hc-1 with two waste items of 20 GBq each beside it.
    static async Task WasteAsync(Plant plant, Lot lot)
    {
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 60e9));
        foreach (var id in new[] { "w1", "w2" })
        {
            await plant.Platform.GiveAsync(id, new WasteArisen
            {
                WasteId = id, FromId = "batch-1", FromKind = HoldingKind.Wip, BatchId = "batch-1", SiteId = Plant.Site, RoomId = "hc-1", Contents = { plant.Activity(20e9) }, Cause = WasteCause.Residue,
            });
        }
    }

    static async Task<Container> OpenAsync(WasteApi waste, string room) => (await waste.PutContainerAsync(new PutContainerRequest
    {
        RequestId = TestPlatform.RequestId(), Label = $"W {room}", SiteId = Plant.Site, RoomId = room, Policy = new ContainerPolicy { Source = "transfer only" },
    })).Container;

    static async Task<Container> AddAsync(WasteApi waste, Container container, string item = "w1") =>
        (await waste.AddItemAsync(new AddItemRequest { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, WasteId = item })).Container;

    static async Task SendAsync(Plant plant, Lot lot)
    {
        await plant.LicenceAsync(500e9, licence => (licence.SiteId, licence.Number) = ("pa1", "37-1"));
        await plant.RoomAsync("pa-office", RoomKind.Room, null, [], room => room.SiteId = "pa1");
        await plant.Moves.SendToSiteAsync(new SendToSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, ToSiteId = "pa1", Reason = "help out" });
    }

    // Every row that a service keeps for itself, of every service: ledgers of activity and of costs, holdings, lots, containers, records. What the platform keeps
    // beside them (requests, facts, trails) says that something was refused, and so do the security events of Inventory, which are looked at by themselves.
    static async Task<List<string>> BooksAsync(TestPlatform platform)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        List<string> books = [];
        foreach (var service in databases.Services.Order(StringComparer.Ordinal))
        {
            var db = databases.Of(service, scope.ServiceProvider);
            await db.Database.OpenConnectionAsync();
            foreach (var table in db.Model.GetEntityTypes().Where(type => type.ClrType.Assembly != typeof(ServiceDb).Assembly || type.ClrType == typeof(InstrumentRow)).Select(type => type.GetTableName()!).Where(table => table is not "security_events").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.CommandText = $"SELECT * FROM \"{table}\"";
                await using var reader = await command.ExecuteReaderAsync();
                var rows = 0;
                for (; await reader.ReadAsync(); rows++) books.Add($"{service} {table}: {string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)))}");
                books.Add($"{service} {table} has {rows}");
            }
        }

        // What is compared holds the books that a move would change.
        books.ShouldContain(row => row.StartsWith("inventory ledger_entries: ", StringComparison.Ordinal));
        books.ShouldContain(row => row.StartsWith("inventory cost_entries: ", StringComparison.Ordinal));
        books.ShouldContain(row => row.StartsWith("waste containers: ", StringComparison.Ordinal));
        return books;
    }

    static async Task<string> HeldAsync(Plant plant) => (await plant.Possession.ListHoldingsAsync(new ListHoldingsRequest { SiteId = Plant.Site, PageSize = 500 })).ToString();
}
