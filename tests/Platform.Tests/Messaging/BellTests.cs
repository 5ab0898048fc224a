using System.Text;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>A publisher and two replicas of a listener, with a bell that does what real brokers were seen to do, drawn from a seed.</summary>
public sealed class BellTests : IAsyncLifetime
{
    const int Facts = 120;

    readonly SimulatedClock clock = new(TestPlatform.Start);
    TestDatabase database = null!;
    FakeSidecar publisherSidecar = null!;
    StageHost publisher = null!;
    readonly List<(StageHost Host, FakeSidecar Sidecar)> replicas = [];

    public static TheoryData<string, int> Misbehaviours()
    {
        TheoryData<string, int> rows = [];
        foreach (var what in new[] { "taken and dropped", "no queue yet", "two replicas at random", "away for 75 s", "junk", "forged", "stands still for 3 s" })
            foreach (var percent in new[] { 1, 10, 50 }) rows.Add(what, percent);
        rows.Add("switched off", 100);
        return rows;
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        publisherSidecar = await FakeSidecar.StartAsync();
        publisher = await StageHost.AloneAsync(database, clock, new OrdersStage(), [.. Settings(publisherSidecar, "orders"), "--Facts:Listeners=execution"]);
        for (var i = 0; i < 2; i++)
        {
            var sidecar = await FakeSidecar.StartAsync();
            var host = await StageHost.AloneAsync(database, clock, new ExecutionStage(), [.. Settings(sidecar, "execution"), $"--Services:orders:Address={publisher.Services.GetRequiredService<ServiceChannels>().OwnAddress}"]);
            sidecar.App = host.Services.GetRequiredService<ServiceChannels>().OwnAddress;
            replicas.Add((host, sidecar));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var (host, sidecar) in replicas)
        {
            await host.DisposeAsync();
            await sidecar.DisposeAsync();
        }

        await publisher.DisposeAsync();
        await publisherSidecar.DisposeAsync();
        await database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Misbehaviours))]
    [Requirement("A054", "A171", "A182", "A202")]
    public async Task Whatever_the_broker_does_each_fact_has_its_effect_once_in_order_and_nothing_waits(string what, int percent)
    {
        var seed = what.Length * 1000 + percent;
        Random random = new(seed);
        DateTimeOffset back = clock.GetUtcNow(), stands = back;
        var first = replicas[0].Host;
        for (var i = 0; i < Facts; i++)
        {
            await publisher.PublishAsync($"c{random.Next(5)}", new CustomerPublished { CustomerId = $"c{i % 5}", Code = $"{i}" });
            if (random.Next(3) == 0) continue;
            var strikes = random.Next(100) < percent;
            if (what is "stands still for 3 s" && strikes) stands = clock.GetUtcNow().AddSeconds(3);
            if (what is "away for 75 s" && strikes && clock.GetUtcNow() >= back) back = clock.GetUtcNow().AddSeconds(75);
            publisherSidecar.PublishFault = _ => clock.GetUtcNow() < stands ? 14 : null;
            foreach (var ring in await RingsAsync()) await DeliverAsync(what, strikes, ring.Data, random, i);
            clock.MoveTo(clock.GetUtcNow().AddSeconds(1));
            if (clock.GetUtcNow() >= back) await PumpAsync();
        }

        // A quarter of a minute later somebody has looked, rung for or not.
        clock.MoveTo(clock.GetUtcNow().AddSeconds(90));
        foreach (var (host, _) in replicas) host.Services.GetRequiredService<Bell>().Ring("orders");
        await PumpAsync();
        var seen = await first.SeenAsync();
        seen.Count.ShouldBe(Facts, $"seed {seed}");
        for (var row = 0; row < 5; row++) seen.Where(s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture) % 5 == row).ShouldBe(Enumerable.Range(0, Facts).Where(i => i % 5 == row).Select(i => $"{i}"), $"seed {seed}");
        (await first.WaitingAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A171")]
    public async Task In_an_undisturbed_run_nearly_every_page_comes_with_the_bell()
    {
        var (host, sidecar) = replicas[0];
        var (brought, read) = (0, 0);
        using var listener = Pages(host, (way, count) => _ = way is "bell" ? brought += (int)count : read += (int)count);
        foreach (var ring in await RingsAsync()) await sidecar.DeliverAsync("orders", ring.Data);
        await PumpAsync();
        (brought, read) = (0, 0);
        for (var i = 0; i < 100; i++)
        {
            await publisher.PublishAsync("c1", $"{i}");
            foreach (var ring in await RingsAsync()) await sidecar.DeliverAsync("orders", ring.Data);
            while (await host.Reader.PumpAsync(default) > 0)
            {
            }
        }

        (await host.SeenAsync()).Count.ShouldBe(100);
        // The first ring of a process says nothing of what was before it.
        (brought / (double)(brought + read)).ShouldBeGreaterThan(0.95, $"{brought} brought, {read} read");
    }

    // What the bell of each row does to a ring.
    async Task DeliverAsync(string what, bool strikes, byte[] ring, Random random, int number)
    {
        var to = replicas[what is "two replicas at random" ? random.Next(2) : 0].Sidecar;
        switch (what)
        {
            case "switched off":
            case "taken and dropped" when strikes:
            case "away for 75 s" when strikes:
            case "no queue yet" when number < Facts * Math.Max(1, random.Next(60)) / 100:
                return;
            case "junk" when strikes:
                await to.DeliverAsync("orders", [.. ring.Take(random.Next(ring.Length)).Reverse()]);
                return;
            case "forged" when strikes:
                var page = Rings.Read("orders", ring, publisher.Services.GetRequiredService<PageSeal>())!;
                var forged = page with { Facts = [.. page.Facts.Select(f => f with { Data = """{"code":"forged"}""", DataHash = Fact.HashOf("""{"code":"forged"}""") })] };
                await to.DeliverAsync("orders", Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","signature":"{{Convert.ToBase64String(new byte[64])}}","data_base64":"{{Convert.ToBase64String(Google.Protobuf.MessageExtensions.ToByteArray(forged.ToWire("orders")))}}"}"""));
                (await to.CallAsync(HttpMethod.Post, "/facts/orders", Encoding.UTF8.GetString(ring), caller: "shipping")).Status.ShouldBe(403);
                return;
            default:
                await to.DeliverAsync("orders", ring);
                // Brokers give some twice.
                if (random.Next(7) == 0) await to.DeliverAsync("orders", ring);
                return;
        }
    }

    static string[] Settings(FakeSidecar sidecar, string app) =>
        [$"--DAPR_HTTP_PORT={sidecar.Port}", $"--DAPR_GRPC_PORT={sidecar.GrpcPort}", $"--DAPR_API_TOKEN={FakeSidecar.ApiToken}", $"--APP_API_TOKEN={FakeSidecar.AppToken}", $"--APP_ID={app}"];

    async Task<List<Doseline.Sidecar.PublishEvent>> RingsAsync()
    {
        publisherSidecar.Published.Clear();
        foreach (var pump in publisher.Services.GetServices<IPump>().Where(p => p.Name == PumpNames.Bell))
        {
            while (await pump.PumpAsync(default) > 0)
            {
            }
        }

        return [.. publisherSidecar.Published];
    }

    // Both replicas at once, as they are.
    Task PumpAsync() => Task.WhenAll(replicas.Select(async replica =>
    {
        while (await replica.Host.Reader.PumpAsync(default) > 0)
        {
        }
    }));

    static System.Diagnostics.Metrics.MeterListener Pages(StageHost host, Action<string, long> counted)
    {
        System.Diagnostics.Metrics.MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name is "fact_pages" && instrument.Meter == host.Services.GetRequiredService<MessagingMeter>().Meter) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag.Key is "way") counted((string)tag.Value!, value);
        });
        listener.Start();
        return listener;
    }
}
