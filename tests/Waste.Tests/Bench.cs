using Doseline.Execution.V1;
using Doseline.Testing;
using Doseline.Waste.V1;
using Google.Protobuf.WellKnownTypes;
using WireActivity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Waste.Tests;

/// <summary>Waste items and containers for tests.</summary>
sealed class Bench(TestPlatform platform)
{
    public const string Site = "nj1";
    public const string Meter = "meter-17";

    /// <summary>A platform whose Inventory is the given one.</summary>
    public static async Task<TestPlatform> PlatformAsync(FakeInventory? inventory = null)
    {
        var started = await TestPlatform.StartAsync(configure: (Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>)Staff.LetIn + (inventory ?? new FakeInventory()).Replace);
        await started.InstrumentAsync(Meter, Site);
        return started;
    }

    public WasteService.WasteServiceClient Waste { get; } = new(platform.As("radiation_safety"));

    public WireActivity Activity(string nuclide, double bq) => new() { Nuclide = nuclide, ActivityBq = bq, ReferenceTime = Timestamp.FromDateTimeOffset(platform.Now) };

    public Task SettleAsync() => platform.AdvanceAsync(TimeSpan.Zero);

    public static ContainerPolicy Policy(Action<ContainerPolicy>? change = null)
    {
        ContainerPolicy policy = new()
        {
            DecayInStorage = true, LicenceCondition = "condition 23", MaxHalfLifeDays = 120, ReleaseLimitBq = 400e9 / 1024, BackgroundMarginCpm = 10,
            Source = "10 CFR 35.92 [S, K]; licence condition 23",
        };
        change?.Invoke(policy);
        return policy;
    }

    public Task ArisesAsync(string id, string batch, params WireActivity[] contents) => platform.GiveAsync("execution", id, new WasteArisen
    {
        WasteId = id, FromId = batch, FromKind = HoldingKind.Wip, BatchId = batch, SiteId = Site, RoomId = "hc-1", Contents = { contents }, Cause = WasteCause.Residue,
    });

    public async Task<Container> OpenAsync(ContainerPolicy? policy = null) => (await Waste.PutContainerAsync(new PutContainerRequest
    {
        RequestId = TestPlatform.RequestId(), Label = "W-1", SiteId = Site, RoomId = "waste", Policy = policy ?? Policy(),
    })).Container;

    public async Task<Container> AddAsync(Container container, string item) =>
        (await Waste.AddItemAsync(new AddItemRequest { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, WasteId = item })).Container;

    public async Task<Container> CloseAsync(Container container) =>
        (await Waste.CloseContainerAsync(new CloseContainerRequest { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, Version = container.Version })).Container;

    public static SurveyContainerRequest Survey(Container container, double surfaceCpm = 55) => new()
    {
        RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, Instrument = Meter, BackgroundCpm = 50, SurfaceCpm = surfaceCpm,
        NoInterposedShielding = true, MostSensitiveScale = true,
    };

    public async Task<GetContainerResponse> GetAsync(Container container, DateTimeOffset? asOf = null) =>
        await Waste.GetContainerAsync(new GetContainerRequest { ContainerId = container.ContainerId, AsOfTime = asOf is { } at ? Timestamp.FromDateTimeOffset(at) : null });
}
