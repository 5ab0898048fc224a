using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

public sealed class RelayTests
{
    [Fact]
    [Requirement("A047", "A171", "A182")]
    public async Task Two_relays_on_one_database_handle_every_fact_once_and_in_order_per_subject()
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=4");
        await using var twin = await host.TwinAsync("--Messaging:Lanes=4");
        var expected = Enumerable.Range(0, 20).Select(i => i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture)).ToList();
        await host.InAsync<OrdersDb>(async db =>
        {
            foreach (var code in expected)
            {
                for (var subject = 0; subject < 8; subject++) db.Publish($"c{subject}", new Doseline.Orders.V1.CustomerPublished { Code = code });
            }

            await db.SaveChangesAsync();
        });
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? host : twin).SettleAsync()));
        await host.SettleAsync();
        for (var subject = 0; subject < 8; subject++) (await host.SeenAsync($"c{subject}")).ShouldBe(expected);
    }

    [Fact]
    [Requirement("A171")]
    public async Task One_replica_relays_and_another_takes_over_when_its_lease_runs_out_or_is_handed_over()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        var (first, second) = (host.Pump("orders", PumpNames.Outbox), twin.Pump("orders", PumpNames.Outbox));
        await host.PublishAsync("c1", "a");
        (await first.PumpAsync(CancellationToken.None)).ShouldBe(1);
        await host.PublishAsync("c1", "b");
        (await second.PumpAsync(CancellationToken.None)).ShouldBe(0);

        host.Clock.MoveTo(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(16));
        (await second.PumpAsync(CancellationToken.None)).ShouldBe(1);
        await host.PublishAsync("c1", "c");
        (await first.PumpAsync(CancellationToken.None)).ShouldBe(0);
        await ((IHandsOver)second).HandOverAsync(CancellationToken.None);
        (await first.PumpAsync(CancellationToken.None)).ShouldBe(1);
        (await host.SeenAsync()).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task What_was_kept_long_enough_is_removed_and_what_was_not_sent_never()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a", "b");
        await host.SettleAsync();
        host.Clock.MoveTo(host.Clock.GetUtcNow() + TimeSpan.FromDays(8));
        await host.SettleAsync();
        (await host.InAsync<OrdersDb, int>(db => db.Outbox.CountAsync())).ShouldBe(0);
        (await host.InAsync<ExecutionDb, int>(db => db.Inbox.CountAsync())).ShouldBe(2);

        await host.InAsync<ExecutionDb>(async db =>
        {
            db.Publish("d1", new Doseline.Execution.V1.DosePlanned());
            await db.SaveChangesAsync();
            var unsent = await db.Outbox.SingleAsync();
            var ancient = db.Now - TimeSpan.FromDays(400);
            db.Requests.Add(new RequestRow { Subject = "p", RequestId = "r", Method = "m", PayloadHash = "h", Response = [], Time = ancient });
            await db.SaveChangesAsync();
        });
        host.Clock.MoveTo(host.Clock.GetUtcNow() + TimeSpan.FromDays(23));
        var options = host.Services.GetRequiredService<MessagingOptions>();
        await host.InAsync<ExecutionDb>(async db =>
        {
            (await MessagePurge.RunAsync(db, options, CancellationToken.None)).ShouldBeFalse();
            (await db.Outbox.CountAsync()).ShouldBe(1);
            (await db.Inbox.CountAsync()).ShouldBe(0);
            (await db.Requests.CountAsync()).ShouldBe(0);
        });
    }

    [Fact]
    public async Task Lanes_stop_at_a_fault_and_only_that_lane()
    {
        await using var host = await StageHost.StartAsync();
        Fact[] facts = [host.Fact("a", "1"), host.Fact("b", "1"), host.Fact("a", "2"), host.Fact("b", "2"), host.Fact("a", "3")];
        foreach (var lanes in new[] { 1, 8 })
        {
            var round = await FactLanes.RunAsync(facts, lanes, (fact, _) =>
                fact.Id == facts[2].Id ? Task.FromException(new InvalidOperationException("broker")) : Task.CompletedTask, CancellationToken.None);
            round.Held.ShouldBe([facts[0].Id, facts[1].Id, facts[3].Id], ignoreOrder: true);
            round.Failed.Keys.ShouldBe(["a"]);
        }
    }

    [Fact]
    [Requirement("A097", "A125")]
    public async Task A_cloud_event_carries_everything_that_ties_a_fact_to_its_cause()
    {
        await using var host = await StageHost.StartAsync();
        var fact = host.Fact("c1", "<é>\"") with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        using var json = System.Text.Json.JsonDocument.Parse(CloudEvents.Write(fact));
        CloudEvents.Read(json.RootElement, out var fault).ShouldBe(fact);
        fault.ShouldBeNull();
        json.RootElement.GetProperty("specversion").GetString().ShouldBe("1.0");
        json.RootElement.EnumerateObject().ShouldAllBe(p => p.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'));
        using var bad = System.Text.Json.JsonDocument.Parse("{\"specversion\":\"1.0\",\"id\":\"x\"}");
        CloudEvents.Read(bad.RootElement, out fault).ShouldBeNull();
        fault.ShouldNotBeNull().ShouldContain("datahash");
    }

    [Fact]
    public async Task Watchers_hear_of_every_commit_at_once_and_end_quietly()
    {
        WatchSignals signals = new();
        using CancellationTokenSource stop = new();
        List<long> heard = [];
        await foreach (var count in signals.ChangesAsync("orders", stop.Token))
        {
            heard.Add(count);
            if (heard.Count == 3) await stop.CancelAsync();
            else signals.Set("orders");
        }

        heard.ShouldBe([0, 1, 2]);
    }
}
