using Doseline.Local.Simulation;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Messaging;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Doseline.Testing.Watching;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Telemetry;

/// <summary>What a broker and its sidecars were seen to do wrong, and what somebody on call hears of it.</summary>
[Collection(nameof(OneHost))]
public sealed class RingAlertTests : IAsyncLifetime
{
    static readonly IReadOnlyDictionary<string, string> OfOrders = new Dictionary<string, string> { ["publisher"] = "orders" };

    readonly SimulatedClock clock = new(TestPlatform.Start);
    TestDatabase database = null!;
    FakeSidecar sidecar = null!;
    StageHost publisher = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        sidecar = await FakeSidecar.StartAsync();
        publisher = await StageHost.AloneAsync(database, clock, new OrdersStage(), [.. DaprTests.Settings(sidecar, "orders"), "--Facts:Listeners=execution"]);
    }

    public async Task DisposeAsync()
    {
        await publisher.DisposeAsync();
        await sidecar.DisposeAsync();
        await database.DisposeAsync();
    }

    [Theory]
    [Requirement("A126", "P12")]
    [Fires("RingUntrusted")]
    [InlineData("no json", "", 200)]
    [InlineData("{}", "", 200)]
    // Somebody who may call this service makes a fact up, and its sidecar adds the app's token.
    [InlineData("{}", "shipping", 403)]
    public async Task Somebody_rings_who_is_not_the_publisher(string ring, string caller, int answer)
    {
        await using var host = await ListenerAsync();
        Watch watch = new(host.Services, clock, "execution");
        await watch.ScrapeAsync();
        (await sidecar.CallAsync(HttpMethod.Post, "/facts/orders", ring, caller: caller is "" ? null : caller)).Status.ShouldBe(answer);
        await watch.ScrapeAsync();
        await watch.RequireAsync("RingUntrusted", TimeSpan.FromSeconds(30), OfOrders);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("RingsFail")]
    public async Task A_broker_that_takes_no_rings()
    {
        Watch watch = new(publisher.Services, clock);
        await watch.ScrapeAsync();
        sidecar.PublishFault = _ => 14;
        for (var ring = 0; ring < 6; ring++)
        {
            await publisher.PublishAsync("c1", $"{ring}");
            await publisher.SettleAsync();
        }

        await watch.ScrapeAsync();
        await watch.RequireAsync("RingsFail", TimeSpan.FromMinutes(6), new Dictionary<string, string> { ["service"] = "orders" });
    }

    // Taken with a 204 and in no queue, or published before there was a queue: both look like this to who listens.
    [Fact]
    [Requirement("A047", "P12")]
    [Fires("BellSilent")]
    public async Task Rings_that_the_broker_has_taken_and_nobody_hears_are_healed_and_counted()
    {
        await using var host = await ListenerAsync("--Pumps:Manual=false", "--Messaging:Unrung=00:00:01");
        Watch watch = new(host.Services, clock, "execution");
        await watch.ScrapeAsync();
        for (var lost = 1; lost <= 6; lost++)
        {
            await publisher.PublishAsync("c1", $"{lost}");
            await publisher.SettleAsync();
            for (var patience = 0; patience < 300 && (await host.SeenAsync()).Count < lost; patience++)
            {
                await Task.Delay(100);
                clock.MoveTo(clock.GetUtcNow().AddSeconds(1));
            }

            (await host.SeenAsync()).Count.ShouldBe(lost);
            await watch.ScrapeAsync(TimeSpan.FromMinutes(10));
        }

        sidecar.Published.ShouldNotBeEmpty();
        watch.Last.Where(s => s.Key.StartsWith("facts_found_unrung_total", StringComparison.Ordinal)).Sum(s => s.Value).ShouldBeGreaterThanOrEqualTo(3);
        await watch.RequireAsync("BellSilent", TimeSpan.FromMinutes(60), new Dictionary<string, string> { ["service"] = "execution" });
    }

    async Task<StageHost> ListenerAsync(params string[] settings)
    {
        var host = await StageHost.AloneAsync(database, clock, new ExecutionStage(),
            [.. DaprTests.Settings(sidecar, "execution"), $"--Services:orders:Address={publisher.Services.GetRequiredService<ServiceChannels>().OwnAddress}", .. settings]);
        sidecar.App = host.Services.GetRequiredService<ServiceChannels>().OwnAddress;
        return host;
    }
}
