using System.Text;
using System.Text.Json;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>A publisher and a listener in processes of their own, each with a sidecar.</summary>
public sealed class DaprTests : IAsyncLifetime
{
    readonly SimulatedClock clock = new(TestPlatform.Start);
    TestDatabase database = null!;
    FakeSidecar sidecar = null!, publisherSidecar = null!;
    StageHost publisher = null!, host = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        (publisherSidecar, sidecar) = (await FakeSidecar.StartAsync(), await FakeSidecar.StartAsync());
        publisher = await StageHost.AloneAsync(database, clock, new OrdersStage(), [.. Settings(publisherSidecar, "orders"), "--Facts:Listeners=execution"]);
        host = await StageHost.AloneAsync(database, clock, new ExecutionStage(), [.. Settings(sidecar, "execution"), $"--Services:orders:Address={publisher.Services.GetRequiredService<ServiceChannels>().OwnAddress}"]);
        sidecar.App = host.Services.GetRequiredService<ServiceChannels>().OwnAddress;
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await publisher.DisposeAsync();
        await sidecar.DisposeAsync();
        await publisherSidecar.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    [Requirement("A054", "A097", "A125")]
    public async Task A_page_that_came_with_the_bell_is_used_where_it_begins_where_the_reader_stands_and_nothing_is_asked()
    {
        await BeginAsync();
        await publisher.PublishAsync("c1", "a<é", "b");
        var ring = await RingAsync();
        (ring.Topic, ring.ContentType, ring.TtlSeconds).ShouldBe(("orders", "application/cloudevents+json", "60"));
        using var envelope = JsonDocument.Parse(ring.Data);
        envelope.RootElement.EnumerateObject().ShouldAllBe(p => p.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'));
        (envelope.RootElement.GetProperty("source").GetString(), envelope.RootElement.GetProperty("specversion").GetString()).ShouldBe(("orders", "1.0"));
        var page = Rings.Read("orders", ring.Data, Seal).ShouldNotBeNull();
        page.Facts.Select(f => (f.Position, f.Subject, f.Type)).ShouldBe([(2, "c1", CustomerPublished.Descriptor.FullName), (3, "c1", CustomerPublished.Descriptor.FullName)]);

        await publisher.App.StopAsync();
        for (var twice = 0; twice < 2; twice++) (await sidecar.DeliverAsync("orders", ring.Data)).ShouldBe((200, """{"status":"SUCCESS"}"""));
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["a<é", "b"]);
    }

    [Fact]
    [Requirement("A054", "A171", "A202")]
    public async Task A_ring_that_fits_nowhere_or_was_lost_is_only_a_reason_to_read()
    {
        await BeginAsync();
        await publisher.PublishAsync("c1", "a");
        await RingAsync();
        await publisher.PublishAsync("c1", "b");
        // The first was lost on the way, the second begins past where the reader stands.
        await sidecar.DeliverAsync("orders", (await RingAsync()).Data);
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["a", "b"]);
    }

    [Theory]
    [Requirement("A115", "A171", "A202")]
    [InlineData(5)]
    [InlineData(14)]
    [InlineData(-1)]
    public async Task A_ring_that_the_broker_does_not_take_is_forgotten_and_the_log_is_read_all_the_same(int status)
    {
        await BeginAsync();
        publisherSidecar.PublishFault = _ => status;
        publisherSidecar.Published.Clear();
        await publisher.PublishAsync("c1", "a", "b");
        await publisher.SettleAsync();
        publisherSidecar.Published.ShouldBeEmpty();
        host.Services.GetRequiredService<Bell>().Ring("orders");
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["a", "b"]);
    }

    [Fact]
    [Requirement("A126", "A203")]
    public async Task What_its_publisher_did_not_sign_is_a_bare_ring_and_junk_is_no_more()
    {
        await BeginAsync();
        await publisher.PublishAsync("c1", "a");
        var ring = await RingAsync();
        var forged = Rings.Read("orders", ring.Data, Seal)!;
        forged = forged with { Facts = [.. forged.Facts.Select(f => f with { Data = """{"code":"forged"}""", DataHash = Fact.HashOf("""{"code":"forged"}""") })] };
        var signed = Encoding.UTF8.GetString(ring.Data);
        string[] bad =
        [
            Encoding.UTF8.GetString(Rings.Write("quality", forged, clock.GetUtcNow(), Seal)), Unsigned(forged), signed.Replace("\"signature\":\"", "\"signature\":\"AA", StringComparison.Ordinal),
            signed.Replace("data_base64", "data", StringComparison.Ordinal), "{}", "[]", "null", "no json", "", "{\"data_base64\":7,\"signature\":[]}",
        ];
        foreach (var junk in bad) (await sidecar.DeliverAsync("orders", Encoding.UTF8.GetBytes(junk))).Status.ShouldBe(200);
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["a"]);
    }

    [Fact]
    [Requirement("A126", "A177")]
    public async Task What_an_app_sends_to_facts_through_its_own_sidecar_is_refused_whatever_token_the_sidecar_adds()
    {
        await BeginAsync();
        await publisher.PublishAsync("c1", "a");
        var ring = await RingAsync();
        (await sidecar.CallAsync(HttpMethod.Post, "/facts/orders", Encoding.UTF8.GetString(ring.Data), caller: "shipping")).Status.ShouldBe(403);
        (await sidecar.CallAsync(HttpMethod.Get, "/dapr/subscribe", caller: "shipping")).Status.ShouldBe(403);
    }

    [Fact]
    [Requirement("A177")]
    public async Task A_log_is_read_by_those_who_listen_and_by_nobody_else()
    {
        await publisher.PublishAsync("c1", "a");
        foreach (var (caller, code) in new[] { (Caller.Service("execution"), ""), (Caller.Service("shipping"), "NOT_A_LISTENER"), (Caller.Service("gateway"), "ROLE_NOT_ALLOWED"), (TestPlatform.PersonIn("qa"), "ROLE_NOT_ALLOWED") })
        {
            var token = publisher.Services.GetRequiredService<DevelopmentTokens>().Issue(caller, TimeSpan.FromHours(1));
            using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(publisher.Services.GetRequiredService<ServiceChannels>().OwnAddress!);
            Doseline.Facts.V1.FactsService.FactsServiceClient client = new(channel);
            Grpc.Core.Metadata headers = new() { { "authorization", $"Bearer {token}" } };
            Doseline.Facts.V1.ReadFactsRequest request = new() { Service = "orders", Types_ = { CustomerPublished.Descriptor.FullName } };
            if (code is "") (await client.ReadFactsAsync(request, headers)).Facts.Count.ShouldBe(1);
            else (await TestPlatform.RefusalsAsync(() => client.ReadFactsAsync(request, headers).ResponseAsync))[0].Code.ShouldBe(code, caller.Subject);
        }
    }

    [Fact]
    [Requirement("A171", "A202")]
    public async Task A_publisher_that_is_away_for_minutes_costs_its_facts_time_and_nothing_else()
    {
        await BeginAsync();
        await publisher.PublishAsync("c1", "a");
        await publisher.App.StopAsync();
        for (var minute = 0; minute < 3; minute++)
        {
            clock.MoveTo(clock.GetUtcNow().AddMinutes(1));
            host.Services.GetRequiredService<Bell>().Ring("orders");
            await PumpAsync();
        }

        (await host.SeenAsync("c1")).ShouldBeEmpty();
        (await host.WaitingAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A058")]
    public async Task A_fact_of_a_type_nobody_here_knows_is_passed_over()
    {
        await BeginAsync();
        await publisher.GiveAsync(publisher.Fact("c1", "a") with { Type = "doseline.orders.v2.Unheard" });
        await publisher.PublishAsync("c1", "b");
        await sidecar.DeliverAsync("orders", (await RingAsync()).Data);
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["b"]);
        (await host.InAsync<ExecutionDb, long>(db => db.Cursors.MinAsync(c => c.Position))).ShouldBe(3);
    }

    [Theory]
    [InlineData("GET", "/dapr/subscribe")]
    [InlineData("POST", "/facts/orders")]
    public async Task Callbacks_without_the_app_token_are_refused(string method, string path)
    {
        foreach (var token in new[] { null, "", "wrong", FakeSidecar.ApiToken, FakeSidecar.AppToken + "x" })
            (await sidecar.CallAsync(new HttpMethod(method), path, method is "GET" or "DELETE" ? null : "{}", token)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task The_sidecar_is_told_the_topics()
    {
        var (_, subscriptions) = await sidecar.CallAsync(HttpMethod.Get, "/dapr/subscribe");
        subscriptions.ShouldBe("""[{"pubsubname":"pubsub","topic":"orders","routes":{"default":"/facts/orders"}}]""");
    }

    [Fact]
    [Requirement("A054", "A182")]
    public async Task A_fact_that_is_read_from_afar_and_read_again_is_told_each_actor_once()
    {
        await publisher.PublishAsync("o1", StageOrders.Accepted("o1", "k1,k2"));
        for (var again = 0; again < 3; again++)
        {
            await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
            host.Services.GetRequiredService<Bell>().Ring("orders");
            await PumpAsync();
        }

        (await host.InAsync<ExecutionDb, List<string>>(db => db.Inbox.Select(r => r.Part).OrderBy(p => p).ToListAsync())).ShouldBe(["k1", "k2"]);
        (await host.InAsync<ExecutionDb, List<double>>(db => db.Things.Select(t => t.Amount).ToListAsync())).ShouldBe([1, 1]);
    }

    [Fact]
    public async Task A_host_with_a_sidecar_and_no_app_token_does_not_start() =>
        await Should.ThrowAsync<InvalidOperationException>(() => StageHost.StartAsync("--DAPR_HTTP_PORT=1"));

    PageSeal Seal => host.Services.GetRequiredService<PageSeal>();

    internal static string[] Settings(FakeSidecar sidecar, string app) =>
    [
        $"--DAPR_HTTP_PORT={sidecar.Port}", $"--DAPR_GRPC_PORT={sidecar.GrpcPort}", $"--DAPR_API_TOKEN={FakeSidecar.ApiToken}", $"--APP_API_TOKEN={FakeSidecar.AppToken}", $"--APP_ID={app}",
        "--Dapr:Timeout=00:00:05", "--Development:Tokens=true",
    ];

    static string Unsigned(FactPage page) => JsonSerializer.Serialize(new { specversion = "1.0", source = "orders", data_base64 = Google.Protobuf.MessageExtensions.ToByteArray(page.ToWire("orders")) });

    // The listener stands behind the first fact, and the publisher's first ring, which says nothing of what was before, is over.
    async Task BeginAsync()
    {
        await publisher.PublishAsync("c0", "0");
        await RingAsync();
        host.Services.GetRequiredService<Bell>().Ring("orders");
        await PumpAsync();
        (await host.SeenAsync("c0")).ShouldBe(["0"]);
    }

    async Task<Doseline.Sidecar.PublishEvent> RingAsync()
    {
        publisherSidecar.Published.Clear();
        foreach (var pump in publisher.Services.GetServices<IPump>().Where(p => p.Name == PumpNames.Bell))
        {
            while (await pump.PumpAsync(default) > 0)
            {
            }
        }

        return publisherSidecar.Published.ShouldHaveSingleItem();
    }

    async Task PumpAsync()
    {
        while (await host.Reader.PumpAsync(default) > 0)
        {
        }
    }
}
