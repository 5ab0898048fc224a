using System.Diagnostics;
using System.Net;
using Doseline.Gateway.Tests.Support;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Doseline.Gateway.Tests.Passing;

/// <summary>What a sidecar says in its own words, with addresses and ports of pods, comes out at no door.</summary>
public sealed class ForeignWordsTests : IAsyncLifetime
{
    const string Words = "failed to invoke, id: orders, err: dial tcp 10.1.2.3:50002: connect: connection refused";

    WebApplication sidecar = null!;
    FrontDoor door = null!;
    GrpcChannel partner = null!;
    Func<HttpContext, Task> answer = _ => Task.CompletedTask;

    public static TheoryData<int, string> Answers => new() { { 14, "headers" }, { 2, "headers" }, { 7, "trailers" }, { 13, "trailers" }, { 0, "http" } };

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        sidecar = builder.Build();
        sidecar.Run(context => answer(context));
        await sidecar.StartAsync();
        door = await FrontDoor.OpenAsync(platform => platform.Configuration["Services:orders:Address"] = sidecar.Urls.First());
        partner = GrpcChannel.ForAddress(door.Platform.Host.PartnerAddress);
    }

    public async Task DisposeAsync()
    {
        partner.Dispose();
        await door.DisposeAsync();
        await sidecar.DisposeAsync();
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", null)]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null)]
    [InlineData("not-a-trace", null)]
    public async Task A_trace_goes_on_where_it_is_one_and_begins_anew_where_it_is_not(string traceparent, string? trace)
    {
        // As a host is whose traces are collected.
        using ActivityListener collected = new() { ShouldListenTo = source => source.Name is "Microsoft.AspNetCore", Sample = (ref _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(collected);
        List<string> heard = [];
        answer = context =>
        {
            heard = [.. context.Request.Headers["traceparent"].OfType<string>()];
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "5";
            return Task.CompletedTask;
        };
        Metadata headers = new() { { "authorization", "Bearer " + door.Token("auditor") }, { "traceparent", traceparent }, { "tracestate", "x=," } };
        await Should.ThrowAsync<RpcException>(() => new OrdersService.OrdersServiceClient(partner).ListOrdersAsync(new ListOrdersRequest(), headers).ResponseAsync);
        var parts = heard.Single().Split('-');
        parts.Length.ShouldBe(4);
        heard.ShouldNotContain(traceparent, "it is this door's own span that the service is called in");
        if (trace is null) parts[1].ShouldNotBe(traceparent.Split('-').ElementAtOrDefault(1));
        else parts[1].ShouldBe(trace);
    }

    [Theory]
    [Requirement("A184")]
    [MemberData(nameof(Answers))]
    public async Task Partners_browsers_and_watchers_are_told_that_the_service_cannot_be_asked_and_nothing_else(int status, string form)
    {
        answer = async context =>
        {
            if (form is "http")
            {
                context.Response.StatusCode = 502;
                await context.Response.WriteAsync(Words);
                return;
            }

            context.Response.ContentType = "application/grpc";
            if (form is "trailers") await context.Response.Body.FlushAsync();
            foreach (var (name, value) in new[] { ("grpc-status", $"{status}"), ("grpc-message", Words) })
            {
                if (form is "trailers") context.Response.AppendTrailer(name, value);
                else context.Response.Headers[name] = value;
            }
        };
        OrdersService.OrdersServiceClient orders = new(partner);
        Metadata bearer = new() { { "authorization", "Bearer " + door.Token("auditor") } };
        var refused = await Should.ThrowAsync<RpcException>(() => orders.ListOrdersAsync(new ListOrdersRequest(), bearer).ResponseAsync);
        Told(refused);
        using var watch = orders.WatchOrders(new WatchOrdersRequest(), bearer);
        Told(await Should.ThrowAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None)));

        var json = await door.CallAsync("/doseline.orders.v1.OrdersService/ListOrders", door.Token("auditor"), "{}");
        (json.Status, json.Reasons.Single().Code).ShouldBe((503, "SERVICE_UNAVAILABLE"));
        json.Body.ShouldNotContain("10.1.2.3");
        using var stream = FrontDoor.Post("/doseline.orders.v1.OrdersService/WatchOrders", door.Token("auditor"), new ByteArrayContent(FrontDoor.Frame("{}"u8)) { Headers = { ContentType = new("application/connect+json") } });
        using var end = await door.Http.SendAsync(stream);
        var text = await end.Content.ReadAsStringAsync();
        text.ShouldContain("SERVICE_UNAVAILABLE");
        text.ShouldNotContain("10.1.2.3");

        static void Told(RpcException fault)
        {
            fault.StatusCode.ShouldBe(StatusCode.Unavailable);
            RpcErrors.Read(fault).Single().Code.ShouldBe("SERVICE_UNAVAILABLE");
            fault.ToString().ShouldNotContain("10.1.2.3");
        }
    }
}
