using Doseline.Gateway.Tests.Support;
using Doseline.Orders.V1;
using Doseline.Testing;
using Doseline.Testing.Watching;
using Grpc.Core;
using Grpc.Net.Client;

namespace Doseline.Gateway.Tests.Front;

/// <summary>What people get for their calls is counted where they get it.</summary>
[Collection(nameof(Alone))]
public sealed class BudgetTests
{
    const string PlaceOrder = "/doseline.orders.v1.OrdersService/PlaceOrder";

    [Fact]
    [Requirement("P12")]
    [Fires("OrderPlacementBurnsFast", "OrderPlacementBurnsSlowly")]
    public async Task A_dead_service_burns_the_budget_by_whichever_door_it_is_asked()
    {
        // Nobody listens there.
        await using var door = await FrontDoor.OpenAsync(platform => platform.Configuration["Services:orders:Address"] = "http://127.0.0.1:9");
        var watch = await PlacedAsync(door, times: 4);
        Counted(watch, "failed").ShouldBe(8);
        Counted(watch, "answered").ShouldBe(0);
        await watch.RequireAsync("OrderPlacementBurnsFast", TimeSpan.FromMinutes(4));
        await watch.RequireAsync("OrderPlacementBurnsSlowly", TimeSpan.FromMinutes(20));
    }

    [Fact]
    [Requirement("P12")]
    public async Task A_refusal_with_reasons_is_an_answer_and_what_nobody_serves_is_no_series()
    {
        await using var door = await FrontDoor.OpenAsync();
        await door.CallAsync("/doseline.orders.v1.OrdersService/NoSuchMethod", door.Token("supply_desk"), "{}");
        var watch = await PlacedAsync(door, times: 2);
        Counted(watch, "failed").ShouldBe(0);
        Counted(watch, "answered").ShouldBe(4);
        watch.Last.Keys.ShouldNotContain(series => series.Contains("NoSuchMethod", StringComparison.Ordinal));
    }

    // By JSON as a browser does, and by gRPC as a partner's system does.
    static async Task<Watch> PlacedAsync(FrontDoor door, int times)
    {
        Watch watch = new(door.Platform.Host.Services, door.Platform.Clock, "gateway");
        await watch.ScrapeAsync();
        using var partner = GrpcChannel.ForAddress(door.Platform.Host.PartnerAddress);
        Metadata headers = new() { { "authorization", $"Bearer {door.Token("supply_desk")}" } };
        for (var call = 0; call < times; call++)
        {
            await door.CallAsync(PlaceOrder, door.Token("supply_desk"), "{}");
            await Should.ThrowAsync<RpcException>(() => new OrdersService.OrdersServiceClient(partner).PlaceOrderAsync(new PlaceOrderRequest(), headers).ResponseAsync);
        }

        await watch.ScrapeAsync();
        return watch;
    }

    static double Counted(Watch watch, string outcome) => watch.Last
        .Where(s => s.Key.StartsWith("gateway_calls_total", StringComparison.Ordinal) && s.Key.Contains($"\"{PlaceOrder}\"", StringComparison.Ordinal) && s.Key.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal)).Sum(s => s.Value);
}

/// <summary>Tests that run while no other does: a process has one set of meters.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
