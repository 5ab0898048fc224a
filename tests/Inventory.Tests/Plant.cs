using Doseline.Inventory.V1;
using Doseline.Operations.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using WireActivity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Inventory.Tests;

/// <summary>A small plant: a site with a dock, two stores, a hot cell, a QC laboratory and a waste room, and a licence for Lu-177.</summary>
sealed class Plant(TestPlatform platform)
{
    public const string Site = "nj1";

    /// <summary>Half-life of Lu-177 in the data in force: 6.6443 d (NUBASE2020), of which two are 13.2886 d.</summary>
    public static TimeSpan LutetiumHalfLife { get; } = TimeSpan.FromDays(6.6443);

    public TestPlatform Platform => platform;
    public SitesService.SitesServiceClient Sites { get; } = new(platform.As("master_data_steward"));
    public LicencesService.LicencesServiceClient Licences { get; } = new(platform.As("radiation_safety"));
    public MaterialsService.MaterialsServiceClient Materials { get; } = new(platform.As("master_data_steward"));
    public LotsService.LotsServiceClient Lots { get; } = new(platform.As("operator"));
    public LotsService.LotsServiceClient Qa { get; } = new(platform.As("qa"));
    public MovesService.MovesServiceClient Moves { get; } = new(platform.As("radiation_safety"));
    public PossessionService.PossessionServiceClient Possession { get; } = new(platform.As("auditor"));
    public PossessionService.PossessionServiceClient Execution { get; } = new(platform.AsService("execution", "operator"));

    public static async Task<Plant> BuildAsync(TestPlatform platform, double licenceBq = 300e9, double storeBq = 1e15, Action<Licence>? licence = null)
    {
        Plant plant = new(platform);
        await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = Site, Name = "New Jersey 1", Zone = "America/New_York" } });
        await plant.RoomAsync("dock", RoomKind.Dock, storeBq, more: Shared);
        await plant.RoomAsync("store-a", RoomKind.Storage, storeBq, more: Shared);
        await plant.RoomAsync("store-b", RoomKind.Storage, 1e15, more: Shared);
        await plant.RoomAsync("hc-1", RoomKind.HotCell, 1e15, more: Shared);
        await plant.RoomAsync("qc", RoomKind.Room, 1e15, more: Shared);
        await plant.RoomAsync("waste", RoomKind.WasteRoom, 1e15, more: Shared);
        await plant.RoomAsync("office", RoomKind.Room, null, []);
        await plant.LicenceAsync(licenceBq, licence);
        await plant.MaterialAsync("LU177-NCA", "Lu-177");
        await plant.MaterialAsync("BUFFER", "");
        await plant.MaterialAsync("AC225", "Ac-225");
        await plant.Materials.PutSupplierAsync(new PutSupplierRequest
        {
            RequestId = TestPlatform.RequestId(),
            Supplier = new Supplier
            {
                SupplierCode = "REACTOR", Name = "Reactor", LicenceNumber = "L-1", LicenceExpireTime = (TestPlatform.Start + TimeSpan.FromDays(3000)).ToWireTime(),
                MaterialCodes = { "LU177-NCA", "BUFFER", "AC225" },
            },
        });
        return plant;
    }

    /// <summary>A room with a place for what is quarantined and one for what is approved, and none for rejects.</summary>
    public static void Shared(Room room) => room.StatusClasses.AddRange(["QUARANTINE", "APPROVED", "IN_PROCESS", "WASTE"]);

    public async Task<Room> RoomAsync(string id, RoomKind kind, double? limitBq, string[]? nuclides = null, Action<Room>? more = null)
    {
        Room room = new() { RoomId = id, SiteId = Site, Name = id, Kind = kind, Active = true };
        foreach (var nuclide in nuclides ?? ["Lu-177", "Lu-177m", "Ac-225", "Ac-227"])
        {
            RoomNuclide entry = new() { Nuclide = nuclide };
            if (limitBq is { } limit) entry.LimitBq = limit;
            room.Nuclides.Add(entry);
        }

        more?.Invoke(room);
        return (await Sites.PutRoomAsync(new PutRoomRequest { RequestId = TestPlatform.RequestId(), Room = room })).Room;
    }

    public async Task<Licence> LicenceAsync(double lutetiumBq, Action<Licence>? change = null)
    {
        Licence licence = new()
        {
            Number = "29-00001-01", SiteId = Site, Jurisdiction = "NRC", EffectiveTime = (TestPlatform.Start - TimeSpan.FromDays(30)).ToWireTime(),
            ExpireTime = (TestPlatform.Start + TimeSpan.FromDays(3000)).ToWireTime(),
            Lines =
            {
                new LicenceLine { LineId = "6.A", Nuclide = "Lu-177", Uses = { "manufacture" }, LimitBq = lutetiumBq },
                new LicenceLine { LineId = "6.B", Nuclide = "Lu-177m", Uses = { "manufacture" }, LimitBq = 1e9 },
            },
        };
        change?.Invoke(licence);
        return (await Licences.PutLicenceAsync(new PutLicenceRequest { RequestId = TestPlatform.RequestId(), Licence = licence })).Licence;
    }

    public async Task MaterialAsync(string code, string nuclide) => await Materials.PutMaterialAsync(new PutMaterialRequest
    {
        RequestId = TestPlatform.RequestId(),
        Material = new Material
        {
            MaterialCode = code, Name = code, Radioactive = nuclide is not "", Nuclide = nuclide, Unit = nuclide is "" ? "mL" : "", Gxp = true,
            ShelfLife = Duration.FromTimeSpan(TimeSpan.FromDays(400)),
        },
    });

    public WireActivity Activity(double bq, string nuclide = "Lu-177", TimeSpan after = default) =>
        new() { Nuclide = nuclide, ActivityBq = bq, ReferenceTime = (platform.Now + after).ToWireTime() };

    public ReceiveLotRequest Receipt(double bq, string room = "store-a", params WireActivity[] impurities) => new()
    {
        RequestId = TestPlatform.RequestId(), SiteId = Site, RoomId = room, MaterialCode = "LU177-NCA", SupplierCode = "REACTOR", SupplierBatch = "B1",
        Form = "solution", Use = "manufacture", Route = ProductionRoute.NoCarrierAdded, Contents = { (WireActivity[])[Activity(bq), .. impurities] }, CostMinor = 250_000, Currency = "USD",
    };

    /// <summary>Lets lots be of any size: by chance they are unlike each other.</summary>
    public async Task LotsOfAnySizeAsync(string measure) => await new PlausibilityService.PlausibilityServiceClient(platform.As("qa")).PutBoundsAsync(new PutBoundsRequest
    {
        RequestId = TestPlatform.RequestId(), Service = "inventory", Bounds = new PlausibleBounds { Measure = measure, Minimum = 0, Maximum = 1e30 }, Reason = "sizes by chance",
    });

    public async Task<Lot> ReceiveAsync(double bq, string room = "store-a", params WireActivity[] impurities) =>
        (await Lots.ReceiveLotAsync(Receipt(bq, room, impurities))).Lot;

    public async Task<Lot> ApprovedAsync(double bq, string room = "store-a", params WireActivity[] impurities)
    {
        var lot = await ReceiveAsync(bq, room, impurities);
        return (await Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest
        {
            RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = LotStatus.Approved, Version = lot.Version, Reason = "certificate reviewed", RecordId = "COA-1",
        })).Lot;
    }

    public static TransfereeAuthorisation Authorisation(DateTimeOffset expire, params string[] nuclides) => new()
    {
        Name = "Disposal Ltd", LicenceNumber = "L-9", IssuingAgency = "NRC", ExpireTime = expire.ToWireTime(), Method = VerificationMethod.LicenceCopy, Nuclides = { nuclides }, LimitBq = 1e12,
        Places = { "Main building" }, EvidenceId = "DOC-17",
    };

    public async Task<Transferee> TransfereeAsync(TransfereeAuthorisation authorisation, Transferee? known = null) => (await Licences.PutTransfereeAsync(new PutTransfereeRequest
    {
        RequestId = TestPlatform.RequestId(), Reason = "licence copy read",
        Transferee = new Transferee { TransfereeId = known?.TransfereeId ?? "", Version = known?.Version ?? 0, Authorisation = authorisation },
    })).Transferee;

    public IssueToBatchRequest Issue(Lot lot, double bq, string batch = "batch-1", string room = "hc-1") => new()
    {
        RequestId = TestPlatform.RequestId(), LotId = lot.LotId, BatchId = batch, RoomId = room, Activity = Activity(bq), Use = "manufacture", MaterialCode = lot.MaterialCode,
    };

    public async Task<GetPossessionResponse> PossessionAsync(DateTimeOffset? asOf = null, string nuclide = "") =>
        await Possession.GetPossessionAsync(new GetPossessionRequest { SiteId = Site, AsOfTime = asOf?.ToWireTime(), Nuclide = nuclide });

    public async Task<double> TotalAsync(string nuclide = "Lu-177", DateTimeOffset? asOf = null) =>
        (await PossessionAsync(asOf, nuclide)).Totals.SingleOrDefault()?.ActivityBq ?? 0;

    public async Task<double> CategoryAsync(PossessionCategory category, string nuclide = "Lu-177") =>
        (await PossessionAsync(null, nuclide)).Groups.Where(group => group.Category == category).Sum(group => group.Possessed.ActivityBq);
}

static class WireTime
{
    public static Timestamp ToWireTime(this DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant);
}

static class PlantFacts
{
    public static Task DispenseAsync(this Plant plant, string dose, double bq, string batch = "batch-1", string room = "hc-1") => plant.Platform.GiveAsync(dose, new Execution.V1.DoseDispensed
    {
        DoseId = dose, BatchId = batch, OrderId = "order", SiteId = Plant.Site, RoomId = room, Measured = plant.Activity(bq), VolumeMl = 10,
    });
}
