using Doseline.Gateway.Tests.Support;
using Doseline.Inventory.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Gateway.Tests.Passing;

/// <summary>Partners' gRPC calls pass through YARP as they are.</summary>
public sealed class PartnerDoorTests : IAsyncLifetime
{
    const int Watches = 40;

    FrontDoor door = null!;
    GrpcChannel channel = null!;

    public async Task InitializeAsync()
    {
        door = await FrontDoor.OpenAsync();
        channel = GrpcChannel.ForAddress(door.Platform.Host.PartnerAddress);
    }

    public async Task DisposeAsync()
    {
        channel.Dispose();
        await door.DisposeAsync();
    }

    [Fact]
    [Requirement("A228")]
    public async Task A_call_passes_with_its_answer_and_a_refusal_with_every_detail()
    {
        SitesService.SitesServiceClient sites = new(channel);
        var put = await sites.PutSiteAsync(Site("nj1"), Bearer("master_data_steward"));
        put.Site.Version.ShouldBe(1);
        (await sites.ListSitesAsync(new ListSitesRequest(), Bearer("auditor"))).Sites.Single().ShouldBe(put.Site);

        var refused = await Should.ThrowAsync<RpcException>(() => new OrdersService.OrdersServiceClient(channel).PlaceOrderAsync(new PlaceOrderRequest { RequestId = "r" }, Bearer("supply_desk")).ResponseAsync);
        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        RpcErrors.Read(refused).Count.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task Without_a_token_nothing_passes_and_the_refusal_is_grpc()
    {
        var refused = await Should.ThrowAsync<RpcException>(() => new SitesService.SitesServiceClient(channel).ListSitesAsync(new ListSitesRequest()).ResponseAsync);
        refused.StatusCode.ShouldBe(StatusCode.Unauthenticated);
        RpcErrors.Read(refused).Single().Code.ShouldBe("TOKEN_INVALID");
    }

    [Fact]
    [Requirement("A178")]
    public async Task A_service_account_does_not_come_in_and_its_methods_are_not_there()
    {
        Metadata service = new() { { "authorization", "Bearer " + await door.Platform.Host.Services.GetRequiredService<IServiceTokens>().ForAsync("orders") } };
        var outside = await Should.ThrowAsync<RpcException>(() => new SitesService.SitesServiceClient(channel).ListSitesAsync(new ListSitesRequest(), service).ResponseAsync);
        RpcErrors.Read(outside).Single().Code.ShouldBe("SERVICE_ACCOUNT_OUTSIDE");
        var hidden = await Should.ThrowAsync<RpcException>(() => new PossessionService.PossessionServiceClient(channel).IssueToBatchAsync(new IssueToBatchRequest(), Bearer("operator")).ResponseAsync);
        hidden.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Health_and_reflection_answer_inside_and_at_neither_door()
    {
        Health.HealthClient inside = new(door.Platform.Host.WithToken(null));
        (await inside.CheckAsync(new HealthCheckRequest())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        var health = await Should.ThrowAsync<RpcException>(() => new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest()).ResponseAsync);
        health.StatusCode.ShouldBe(StatusCode.Unimplemented);
        var watched = await Should.ThrowAsync<RpcException>(() => new Health.HealthClient(channel).Watch(new HealthCheckRequest()).ResponseStream.MoveNext(CancellationToken.None));
        watched.StatusCode.ShouldBe(StatusCode.Unimplemented);
        var reflected = await Should.ThrowAsync<RpcException>(() => new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo().ResponseStream.MoveNext(CancellationToken.None));
        reflected.StatusCode.ShouldBe(StatusCode.Unimplemented);

        foreach (var method in new[] { "grpc.health.v1.Health/Check", "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo" })
        {
            (await door.CallAsync($"/{method}", door.Token("administrator"), "{}")).Status.ShouldBe(404, method);
            using var framed = FrontDoor.Post($"/{method}", null, new ByteArrayContent(FrontDoor.Frame([])) { Headers = { ContentType = new("application/grpc") } });
            using var answer = await door.Http.SendAsync(framed);
            answer.Headers.GetValues("grpc-status").ShouldBe(["12"], method);
        }
    }

    [Fact]
    public async Task A_deadline_reaches_the_service()
    {
        var late = await Should.ThrowAsync<RpcException>(async () =>
        {
            using var watch = new OrdersService.OrdersServiceClient(channel).WatchOrders(new WatchOrdersRequest(), Bearer("auditor"), DateTime.UtcNow.AddMilliseconds(400));
            while (await watch.ResponseStream.MoveNext(CancellationToken.None)) { }
        });
        late.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    [Requirement("A228")]
    public async Task Many_long_streams_and_many_calls_starve_neither()
    {
        SitesService.SitesServiceClient sites = new(channel);
        OrdersService.OrdersServiceClient orders = new(channel);
        using CancellationTokenSource end = new();
        List<AsyncServerStreamingCall<WatchOrdersResponse>> watches = [.. Enumerable.Range(0, Watches).Select(_ => orders.WatchOrders(new WatchOrdersRequest(), Bearer("auditor"), cancellationToken: end.Token))];
        // Each is open at the service, not in a queue before it: its headers have come.
        await Task.WhenAll(watches.Select(w => w.ResponseHeadersAsync)).WaitAsync(TimeSpan.FromSeconds(20));
        // Beside them a hundred calls go through, eight at a time, on the same connection.
        var left = 100;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0) await sites.ListSitesAsync(new ListSitesRequest(), Bearer("qa"), DateTime.UtcNow.AddSeconds(20));
        }));
        await end.CancelAsync();
        foreach (var watch in watches) watch.Dispose();
    }

    [Fact]
    public async Task One_client_with_too_many_streams_is_refused_the_next_and_can_still_call()
    {
        await using var small = await FrontDoor.OpenAsync(builder => builder.Configuration["Gateway:Limits:person:Streams"] = "3");
        using var own = GrpcChannel.ForAddress(small.Platform.Host.PartnerAddress);
        Metadata bearer = new() { { "authorization", "Bearer " + small.Token("auditor") } };
        OrdersService.OrdersServiceClient orders = new(own);
        var watches = Enumerable.Range(0, 3).Select(_ => orders.WatchOrders(new WatchOrdersRequest(), bearer)).ToList();
        await Task.WhenAll(watches.Select(w => w.ResponseHeadersAsync)).WaitAsync(TimeSpan.FromSeconds(20));
        using var further = orders.WatchOrders(new WatchOrdersRequest(), bearer);
        var refused = await Should.ThrowAsync<RpcException>(() => further.ResponseStream.MoveNext(CancellationToken.None));
        refused.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        RpcErrors.Read(refused).Single().ShouldSatisfyAllConditions(r => r.Code.ShouldBe("STREAMS_LIMITED"), r => r.Numbers["limit_streams"].ShouldBe("3"));
        await new SitesService.SitesServiceClient(own).ListSitesAsync(new ListSitesRequest(), bearer);
        foreach (var watch in watches) watch.Dispose();
    }

    static PutSiteRequest Site(string id) => new() { RequestId = TestPlatform.RequestId(), Reason = "set up", Site = new Site { SiteId = id, Name = id, Zone = "UTC" } };

    Metadata Bearer(params string[] roles) => new() { { "authorization", "Bearer " + door.Token(roles) } };
}
